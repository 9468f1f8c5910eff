// The map of a plan: shows the server's answers and sends the reader's changes.

import "maplibre-gl/dist/maplibre-gl.css";
import "./map.css";
import { Map as MapLibre, Marker, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import type { GeoJSONSource } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { Notes } from "./notes";
import { Refused, Server } from "./server";
import type { Cells, Change, Figures, Job, NewPlace, Site, WhatIf } from "./server";
import { BANDS, OUTSIDE, bandEdges, baseStyle, cellFeatures } from "./style";

setWorkerUrl(workerUrl);

const box = document.getElementById("map");
if (box) start(box);

function start(box: HTMLElement): void {
  const words: Record<string, string> = JSON.parse(box.dataset.words ?? "{}");
  const t = (key: string): string => words[key] ?? key;
  const language = box.dataset.lang ?? "en";
  const number = (value: number, digits = 0): string =>
    value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  // What is short of everyone never reads 100 %, as in the pages around the map.
  const percent = (value: number): string => {
    let digits = 1;
    while (digits < 3 && value < 1 && Number((value * 100).toFixed(digits)) >= 100) digits += 1;
    const scale = 10 ** (digits + 2);
    const shown = value < 1 && Math.round(value * scale) >= scale ? Math.floor(value * scale) / scale : value;
    return shown.toLocaleString(language, {
      style: "percent",
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  };
  const editable = box.dataset.editable === "yes";
  const server = new Server(box.dataset.api ?? "", box.dataset.csrf ?? "", box.dataset.comments ?? "");
  let version = Number(box.dataset.version);
  let standard = 60;

  // A link to a view of the map says where it is: #zoom/latitude/longitude.
  const sent = /^#[\d.]+\/-?[\d.]+\/-?[\d.]+/.test(location.hash);
  const map = new MapLibre({
    container: box,
    style: baseStyle(),
    hash: true,
    bounds: [19, 59.5, 31.6, 70.2],
    maxZoom: 14,
    attributionControl: false,
    dragRotate: false,
    locale: {
      "NavigationControl.ZoomIn": t("zoom_in"),
      "NavigationControl.ZoomOut": t("zoom_out"),
      "Map.Title": t("map"),
    },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");

  const panel = document.createElement("section");
  panel.className = "map-panel";
  panel.setAttribute("aria-live", "polite");
  panel.setAttribute("aria-label", t("chosen"));
  const legend = document.createElement("div");
  legend.className = "map-legend";
  box.after(legend, panel);
  const say = (...parts: (Node | string)[]): void => panel.replaceChildren(...parts);
  const element = <K extends keyof HTMLElementTagNameMap>(tag: K, text = "", className = ""): HTMLElementTagNameMap[K] => {
    const made = document.createElement(tag);
    made.textContent = text;
    made.className = className;
    return made;
  };
  const button = (text: string, act: () => Promise<void>): HTMLButtonElement => {
    const made = element("button", text);
    made.type = "button";
    made.addEventListener("click", () => void guarded(act));
    return made;
  };
  const source = (name: string): GeoJSONSource => map.getSource(name) as GeoJSONSource;

  async function guarded(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (problem) {
      const why = problem instanceof Refused && problem.status === 409 ? t("outdated") : (problem as Error).message;
      say(element("p", why, "notice"));
    }
  }

  function showFigures(figures: Figures, where = "map-figures"): void {
    const shown: Record<string, string> = {
      points: number(figures.points),
      share: percent(figures.share),
      mean_minutes: `${number(figures.mean_minutes, 1)} min`,
      people_outside: number(figures.people_outside ?? 0),
    };
    for (const [name, text] of Object.entries(shown)) {
      const place = document.querySelector(`#${where} [data-figure="${name}"]`);
      if (place) place.textContent = text;
    }
  }

  function drawLegend(): void {
    const edges = bandEdges(standard);
    const list = element("ul");
    edges.forEach((edge, i) => list.append(swatch(BANDS[i], `${i ? number(edges[i - 1]) : 0}–${number(edge)} min`)));
    list.append(swatch(OUTSIDE, t("outside")), swatch("#ffb000", t("open_point"), "big"), swatch("#ffffff", t("site")));
    list.append(swatch("#333333", t("forbidden")), swatch("#ffffff", t("office"), "small"));
    if (notes.count) {
      const row = element("li");
      row.append(element("span", "1", "mark"), element("span", t("note_mark")));
      list.append(row);
    }
    legend.replaceChildren(element("h3", t("legend")), list);
  }

  function swatch(colour: string, text: string, size = ""): HTMLLIElement {
    const row = element("li");
    const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    drawing.setAttribute("viewBox", "0 0 20 20");
    drawing.setAttribute("aria-hidden", "true");
    const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    dot.setAttribute("cx", "10");
    dot.setAttribute("cy", "10");
    dot.setAttribute("r", size === "big" ? "8" : size === "small" ? "4" : "6");
    dot.setAttribute("fill", colour);
    dot.setAttribute("stroke", "#333");
    drawing.append(dot);
    row.append(drawing, element("span", text));
    return row;
  }

  const notes = new Notes(
    map,
    (n) => t("note").replace("{n}", n),
    (note, fromList) => {
      say(element("h3", t("note").replace("{n}", note.number)), element("p", note.text, "text"), element("p", note.about, "hint"));
      if (fromList) toPanel();
    },
  );

  function toPanel(): void {
    panel.tabIndex = -1;
    panel.focus({ preventScroll: true });
    box.scrollIntoView({ block: "nearest" });
  }

  async function refresh(): Promise<Cells> {
    const [sites, cells, plan] = await Promise.all([server.sites(), server.cells(), server.plan()]);
    version = plan.version;
    if (plan.figures) showFigures(plan.figures);
    if (plan.country) showFigures(plan.country, "map-country");
    source("sites").setData(sites);
    source("cells").setData(cellFeatures(cells));
    standard = cells.minutes_standard;
    notes.draw();
    drawLegend();
    return cells;
  }

  function showAll(cells: Cells): void {
    if (sent || !cells.lon.length) return;
    // A region's plan opens on its region; the rest of the country is around it.
    if (cells.extent) return void map.fitBounds(cells.extent, { padding: 30, animate: false, maxZoom: 10 });
    const ends = (values: number[]): [number, number] => [
      values.reduce((a, b) => Math.min(a, b)),
      values.reduce((a, b) => Math.max(a, b)),
    ];
    const [west, east] = ends(cells.lon);
    const [south, north] = ends(cells.lat);
    map.fitBounds([west, south, east, north], { padding: 30, animate: false, maxZoom: 10 });
  }

  async function make(changes: Change[], said: string): Promise<void> {
    version = (await server.change(version, changes)).version;
    say(element("p", said));
    await refresh();
  }

  function table(found: WhatIf): HTMLTableElement {
    const made = element("table");
    const head = made.createTHead().insertRow();
    for (const text of ["", t("now"), t("then")]) {
      const cell = element("th", text);
      cell.scope = "col";
      head.append(cell);
    }
    const body = made.createTBody();
    const row = (name: string, before: string, after: string): void => {
      const line = body.insertRow();
      const heading = element("th", name);
      heading.scope = "row";
      line.append(heading, element("td", before), element("td", after));
    };
    const { before, after } = found;
    row(t("points"), number(before.points), number(after.points));
    row(t("within"), percent(before.share), percent(after.share));
    row(t("people_outside"), number(before.people_outside ?? 0), number(after.people_outside ?? 0));
    row(t("mean"), `${number(before.mean_minutes, 1)} min`, `${number(after.mean_minutes, 1)} min`);
    if (found.country) {
      const { before: was, after: will } = found.country;
      row(t("country_outside"), number(was.people_outside ?? 0), number(will.people_outside ?? 0));
    }
    if (before.cost_eur_year !== null && after.cost_eur_year !== null) {
      row(t("cost"), `${number(before.cost_eur_year)} €`, `${number(after.cost_eur_year)} €`);
    }
    return made;
  }

  function effects(found: WhatIf): HTMLParagraphElement {
    return element(
      "p",
      t("effects")
        .replace("{nearer}", number(found.people_nearer))
        .replace("{further}", number(found.people_further))
        .replace("{gained}", number(found.people_gained))
        .replace("{lost}", number(found.people_lost)),
    );
  }

  async function choose(site: Site): Promise<void> {
    const title = element("h3", site.name);
    say(title, element("p", t("asking")));
    const found = await server.whatIf(site.open ? [] : [site.site], site.open ? [site.site] : []);
    const told = element("p", site.open ? t("if_closed") : t("if_opened"));
    say(title, told, table(found), effects(found));
    if (!editable) return;
    const status = (value: Site["status"], text: string): HTMLButtonElement =>
      button(text, () => make([{ do: "patch", patch: { kind: "site_status", site: site.site, status: value } }], t("kept")));
    const row = element("div", "", "map-buttons");
    row.append(
      button(site.open ? t("close") : t("open"), () => make([{ do: site.open ? "close" : "open", site: site.site }], t("kept"))),
      site.status === "required" ? status("candidate", t("free")) : status("required", t("require")),
      site.status === "forbidden" ? status("candidate", t("free")) : status("forbidden", t("forbid")),
    );
    panel.append(row);
  }

  function addSite(): void {
    const marker = new Marker({ draggable: true, color: "#003479" }).setLngLat(map.getCenter()).addTo(map);
    marker.getElement().setAttribute("aria-label", t("new_site"));
    const label = element("label", t("new_name"));
    const name = element("input");
    name.maxLength = 100;
    name.id = "map-new-name";
    label.htmlFor = name.id;
    const costLabel = element("label", t("new_cost"));
    const cost = element("input");
    cost.type = "number";
    cost.min = "0";
    cost.id = "map-new-cost";
    costLabel.htmlFor = cost.id;
    const told = element("div");
    told.setAttribute("role", "status");
    const place = (): NewPlace => {
      const { lng, lat } = marker.getLngLat();
      return { lon: lng, lat, ...(cost.value ? { cost_eur_year: Number(cost.value) } : {}) };
    };
    let newest = 0;
    // Where the mark is let go, the server says at once what a point there would do; of two answers the later counts.
    const ask = (): void =>
      void guarded(async () => {
        const mine = ++newest;
        told.replaceChildren(element("p", t("asking")));
        const found = await server.whatIfNew(place());
        if (mine === newest) told.replaceChildren(element("p", t("if_opened")), table(found), effects(found));
      });
    marker.on("dragend", ask);
    cost.addEventListener("change", ask);
    const row = element("div", "", "map-buttons");
    row.append(
      button(t("add"), async () => {
        if (!name.value.trim()) return void name.focus();
        const site = name.value.trim();
        const patch = { kind: "add_site" as const, site, name: site, ...place() };
        marker.remove();
        await make([{ do: "patch", patch }], t("added"));
      }),
      button(t("cancel"), async () => {
        marker.remove();
        say();
      }),
    );
    say(element("h3", t("new_site")), element("p", t("drag")), label, name, costLabel, cost, row, told);
    // The mark stays in sight: it is what is to be moved first.
    name.focus({ preventScroll: true });
    ask();
  }

  function commentOnView(): void {
    const label = element("label", t("your_comment"));
    const text = element("textarea");
    text.rows = 3;
    text.maxLength = 5000;
    text.id = "map-comment";
    label.htmlFor = text.id;
    const row = element("div", "", "map-buttons");
    row.append(
      button(t("comment"), async () => {
        if (!text.value.trim()) return void text.focus();
        const { lng, lat } = map.getCenter().wrap();
        await server.comment(text.value, lng, lat, map.getZoom());
        await notes.again();
        drawLegend();
        say(element("p", t("comment_kept")));
      }),
      button(t("cancel"), async () => say()),
    );
    say(element("h3", t("comment_view")), element("p", t("comment_hint")), label, text, row);
    text.focus();
  }

  async function optimise(): Promise<void> {
    let job = await server.optimise();
    const bar = element("progress");
    bar.setAttribute("aria-label", t("optimise"));
    const told = element("p");
    const stop = button(t("cancel"), async () => void (await server.cancel(job.job)));
    say(element("h3", t("optimise")), bar, told, stop);
    const over = (j: Job): boolean => !["asked", "waiting", "queued", "running"].includes(j.state);
    while (!over(job)) {
      await new Promise((later) => setTimeout(later, 1000));
      job = (await server.jobs()).jobs.find((j) => j.job === job.job) ?? job;
      if (job.done === null) bar.removeAttribute("value");
      else bar.value = job.done;
      const bound = job.best !== null && job.bound !== null ? ` ${number(job.best, 1)} / ${number(job.bound, 1)}` : "";
      told.textContent = `${job.what ?? job.state}${bound}`;
    }
    say(element("p", job.what ?? t("done")));
    await refresh();
  }

  map.on("load", () =>
    void guarded(async () => {
      const shapes = await server.borders();
      if (shapes.land) source("land").setData(shapes.land);
      if (shapes.borders) source("borders").setData(shapes.borders);
      showAll(await refresh());
      source("offices").setData(await server.offices());
      notes.opened(new URLSearchParams(location.search).get("comment"));
      box.dataset.ready = "yes";
    }),
  );
  map.on("click", "sites", (event) => {
    const feature = event.features?.[0];
    if (feature) void guarded(() => choose(feature.properties as Site));
  });
  // The table's buttons do what a click on the map does, for those who use a keyboard or a screen reader.
  for (const asked of document.querySelectorAll<HTMLElement>("button[data-site]")) {
    asked.addEventListener("click", () =>
      void guarded(async () => {
        const all = (await server.sites()).features;
        const found = all.find((f) => f.properties.site === asked.dataset.site);
        if (!found) return;
        const [lon, lat] = found.geometry.coordinates;
        map.jumpTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), 7) });
        await choose(found.properties);
        toPanel();
      }),
    );
  }
  map.on("mouseenter", "sites", () => (map.getCanvas().style.cursor = "pointer"));
  map.on("mouseleave", "sites", () => (map.getCanvas().style.cursor = ""));
  const tools = element("div", "", "map-buttons");
  if (editable) tools.append(button(t("optimise"), optimise), button(t("new_site"), async () => addSite()));
  if (box.dataset.comments) tools.append(button(t("comment_view"), async () => commentOnView()));
  box.before(tools);
  say(element("p", t("choose_hint"), "hint"));
}
