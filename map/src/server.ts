// What the island asks of the server. The server holds all planning; nothing is worked out here.

export interface Figures {
  points: number;
  people_inside: number;
  people_outside?: number;
  share: number;
  mean_minutes: number;
  longest_minutes: number;
  cost_eur_year: number | null;
}

export interface WhatIf {
  version: number;
  before: Figures;
  after: Figures;
  country: { before: Figures; after: Figures } | null;
  people_nearer: number;
  people_further: number;
  people_lost: number;
  people_gained: number;
}

export interface Cells {
  minutes_standard: number;
  lon: number[];
  lat: number[];
  minutes: number[];
  people: (number | null)[];
  extent: [number, number, number, number] | null;
}

export interface Job {
  job: number;
  kind: string;
  state: string;
  what: string | null;
  done: number | null;
  best: number | null;
  bound: number | null;
}

export type Status = "candidate" | "required" | "forbidden" | "existing";

export interface Site {
  site: string;
  name: string;
  open: boolean;
  status: Status;
  tier: string | null;
}

export type Change =
  | { do: "open" | "close"; site: string }
  | { do: "patch"; patch: { kind: "site_status"; site: string; status: Status } }
  | { do: "patch"; patch: { kind: "add_site"; site: string; name: string } & NewPlace };

export interface NewPlace {
  lon: number;
  lat: number;
  cost_eur_year?: number;
}

/** The server said no; its words are for the reader. */
export class Refused extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

export class Server {
  constructor(
    private readonly base: string,
    private readonly csrf: string,
    private readonly comments: string,
  ) {}

  private async ask<T>(path: string, body?: unknown): Promise<T> {
    const answer = await fetch(this.base + path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json", "x-csrf-token": this.csrf }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      const why = told.message ?? answer.statusText;
      throw new Refused(answer.status, typeof why === "string" ? why : answer.statusText);
    }
    return told as T;
  }

  /** Comments on what the map shows; the page of comments takes it like its own form. */
  async comment(text: string, x: number, y: number, zoom: number): Promise<void> {
    const form = { csrf: this.csrf, text, x: x.toFixed(5), y: y.toFixed(5), zoom: zoom.toFixed(2) };
    const answer = await fetch(this.comments, { method: "POST", body: new URLSearchParams(form) });
    if (!answer.ok) throw new Refused(answer.status, answer.statusText);
  }

  sites = () => this.ask<GeoJSON.FeatureCollection<GeoJSON.Point, Site>>("/sites");
  cells = () => this.ask<Cells>("/cells");
  offices = () => this.ask<GeoJSON.FeatureCollection>("/offices");
  borders = () => this.ask<{ land?: GeoJSON.FeatureCollection; borders?: GeoJSON.FeatureCollection }>("/borders");
  plan = () => this.ask<{ version: number; figures: Figures | null; country: Figures | null }>("");
  whatIf = (open: string[], close: string[]) => this.ask<WhatIf>("/what-if", { open, close, move: [] });
  whatIfNew = (place: NewPlace) => this.ask<WhatIf>("/what-if", { new: [place] });
  change = (version: number, changes: Change[]) => this.ask<{ version: number }>("/changes", { version, changes });
  jobs = () => this.ask<{ jobs: Job[] }>("/jobs?most=5");
  optimise = () => this.ask<Job>("/jobs", { kind: "optimise" });
  cancel = (job: number) => this.ask<{ status: string }>(`/jobs/${job}/cancel`, {});
}
