// Comments bound to a view of the map: the page's list of them, drawn as numbered marks that answer to it.

import { Marker } from "maplibre-gl";
import type { Map as MapLibre } from "maplibre-gl";

export interface Note {
  id: string;
  number: string;
  text: string;
  about: string;
  view: { center: [number, number]; zoom: number };
}

export class Notes {
  private drawn: { note: Note; mark: Marker }[] = [];

  /** `show` tells a comment in words; from the list the map has moved to its view first. */
  constructor(
    private readonly map: MapLibre,
    private readonly label: (number: string) => string,
    private readonly show: (note: Note, fromList: boolean) => void,
  ) {}

  get count(): number {
    return this.drawn.length;
  }

  /** Draw the page's list anew. */
  draw(): void {
    for (const { mark } of this.drawn) mark.remove();
    this.drawn = [...document.querySelectorAll<HTMLElement>("[data-comment]")].map((row) => this.one(row));
  }

  /** Get the list from the server again: a comment was made. */
  async again(): Promise<void> {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("#map-comments");
    if (answer.ok && fresh) document.querySelector("#map-comments")?.replaceChildren(...fresh.childNodes);
    this.draw();
  }

  /** Show the comment that the page was opened for. */
  opened(id: string | null): void {
    const found = this.drawn.find(({ note }) => note.id === id);
    if (found) this.choose(found.note, false);
  }

  private one(row: HTMLElement): { note: Note; mark: Marker } {
    const said = (part: string): string => row.querySelector(`[data-${part}]`)?.textContent ?? "";
    const { comment = "", number = "", lon, lat, zoom } = row.dataset;
    const view = { center: [Number(lon), Number(lat)] as [number, number], zoom: Number(zoom) };
    const note: Note = { id: comment, number, text: said("said"), about: said("about"), view };
    const element = document.createElement("button");
    element.type = "button";
    element.className = "mark";
    element.textContent = number;
    element.setAttribute("aria-label", this.label(number));
    element.addEventListener("click", (event) => {
      event.stopPropagation();
      this.choose(note, false);
    });
    row.querySelector("a")?.addEventListener("click", (event) => {
      event.preventDefault();
      this.map.jumpTo(view);
      this.choose(note, true);
    });
    return { note, mark: new Marker({ element }).setLngLat(view.center).addTo(this.map) };
  }

  private choose(note: Note, fromList: boolean): void {
    for (const { note: other, mark } of this.drawn) {
      mark.getElement().setAttribute("aria-pressed", String(other === note));
    }
    this.show(note, fromList);
  }
}
