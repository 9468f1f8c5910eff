import { defineConfig } from "vite";

// The island goes into the package, where the pages look for it; everything is served from the same place.
export default defineConfig({
  base: "/static/map/",
  build: {
    outDir: "../src/tunti/web/static/map",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: "src/main.ts",
      output: {
        entryFileNames: "map.js",
        chunkFileNames: "[name].js",
        assetFileNames: (asset) => (asset.names.some((n) => n.endsWith(".css")) ? "map.css" : "[name][extname]"),
      },
    },
  },
  worker: { format: "es", rolldownOptions: { output: { entryFileNames: "worker.js" } } },
});
