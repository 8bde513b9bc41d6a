// The last day as a bar of quarter hours, coloured by state, in an SVG of 384 by 16.

import { clock } from "../format.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 4;
export const WORDS = { complete: "complete", exchange: "the exchange's own bars", repairing: "repairing", incomplete: "trades are missing", unknown: "not known" };

// spans: [state], oldest first, from `since` (ms) on.
export function draw(element, { since, minutes, spans, zone }) {
  const drawn = `${since} ${zone} ${spans.join()}`;
  if (element.dataset.drawn === drawn) return;
  element.dataset.drawn = drawn;
  const spanMs = minutes * 60_000;
  element.replaceChildren(...spans.map((state, place) => quarter(state, place, since + place * spanMs, spanMs, zone)));
  element.setAttribute("aria-label", inWords(spans));
}

export function inWords(spans) {
  const counts = new Map();
  for (const state of spans) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} of ${spans.length} quarter hours ${WORDS[state]}`).join(", ");
}

function quarter(state, place, at, spanMs, zone) {
  const box = document.createElementNS(SVG, "rect");
  const title = document.createElementNS(SVG, "title");
  for (const [name, value] of [["x", place * WIDTH], ["y", 0], ["width", WIDTH - 1], ["height", 16]]) box.setAttribute(name, value);
  box.dataset.state = state;
  title.textContent = `${clock(at, zone).slice(0, 5)} – ${clock(at + spanMs, zone).slice(0, 5)}: ${WORDS[state]}`;
  box.append(title);
  return box;
}
