// How the map looks: colours that hold in greyscale and for the colour-blind, the same as in the printed plan.

import type { StyleSpecification } from "maplibre-gl";
import type { Cells } from "./server";

/** Drive-time bands: light to dark with minutes; beyond the standard a different hue, and a ring. */
export const BANDS = ["#f1eef6", "#bdc9e1", "#74a9cf", "#0570b0"] as const;
export const OUTSIDE = "#b30000";

export function bandEdges(standard: number): number[] {
  return [standard / 4, standard / 2, (3 * standard) / 4, standard];
}

export const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

export function cellFeatures(cells: Cells): GeoJSON.FeatureCollection {
  const edges = bandEdges(cells.minutes_standard);
  return {
    type: "FeatureCollection",
    features: cells.lon.map((lon, i) => {
      const minutes = cells.minutes[i];
      // Beyond the cut-off the server says -1: further than it looked.
      const band = minutes < 0 ? edges.length : edges.findIndex((edge) => minutes <= edge + 1e-9);
      return {
        type: "Feature",
        geometry: { type: "Point", coordinates: [lon, cells.lat[i]] },
        properties: { band: band < 0 ? edges.length : band, people: cells.people[i] ?? 0 },
      };
    }),
  };
}

export function baseStyle(): StyleSpecification {
  const empty = { type: "geojson" as const, data: EMPTY };
  const radius = ["interpolate", ["linear"], ["zoom"], 4, 1.4, 7, 3, 11, 7] as never;
  return {
    version: 8,
    sources: { land: empty, borders: empty, cells: empty, offices: empty, sites: empty },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": "#dfe9ef" } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": "#fbfaf7" } },
      { id: "borders", type: "line", source: "borders", paint: { "line-color": "#9aa3a8", "line-width": 0.7 } },
      {
        id: "cells",
        type: "circle",
        source: "cells",
        paint: {
          "circle-radius": radius,
          "circle-color": ["match", ["get", "band"], 0, BANDS[0], 1, BANDS[1], 2, BANDS[2], 3, BANDS[3], OUTSIDE],
          "circle-stroke-color": ["match", ["get", "band"], 4, "#5b0000", "#7f8b92"],
          "circle-stroke-width": ["match", ["get", "band"], 4, 1.4, 0.3],
        },
      },
      {
        id: "offices",
        type: "circle",
        source: "offices",
        minzoom: 6,
        paint: { "circle-radius": 3, "circle-color": "#ffffff", "circle-stroke-color": "#555555", "circle-stroke-width": 1 },
      },
      {
        id: "sites",
        type: "circle",
        source: "sites",
        paint: {
          "circle-radius": ["case", ["get", "open"], ["match", ["get", "tier"], "centre", 9, 7], 4],
          "circle-color": ["case", ["get", "open"], "#ffb000", ["==", ["get", "status"], "forbidden"], "#333333", "#ffffff"],
          "circle-stroke-color": ["case", ["==", ["get", "status"], "required"], "#000000", "#333333"],
          "circle-stroke-width": ["case", ["==", ["get", "status"], "required"], 3, 1.4],
        },
      },
    ],
  };
}
