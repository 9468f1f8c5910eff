// A real OpenID provider for the test: one client, people log in with any name.
import { Provider } from "oidc-provider";

const port = Number(process.argv[2]);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "tunti",
      client_secret: "provider-secret",
      redirect_uris: ["http://testserver/login/back"],
      response_types: ["code"],
      grant_types: ["authorization_code"],
    },
  ],
  pkce: { required: () => true },
  cookies: { keys: ["test"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: `Name of ${id}` }) }),
  claims: { profile: ["name"] },
  conformIdTokenClaims: false,
});
provider.listen(port, "127.0.0.1", () => console.log("ready"));
