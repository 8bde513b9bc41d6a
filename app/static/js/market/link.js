// What the address of the Market page holds, so that the link shows to others what is on the screen. Pure.

import { OVERLAYS, PANES } from "../charts/candle_figure.js";
import { RANGES_MS } from "../charts/candle_view.js";

const SCALES = ["linear", "log"];
const NONE = "none"; // a list that is empty

// shown: {timeframe, range or null, view or null (where the reader moved to), overlays, panes, scale, anchorAt: moment or null}
export function linkOf({ timeframe, range, view, overlays, panes, scale, anchorAt = null }) {
  const parts = { tf: timeframe };
  if (range) parts.range = range;
  else if (view) [parts.from, parts.to] = view.map(momentText);
  Object.assign(parts, { overlays: listed(overlays), panes: listed(panes), scale });
  if (anchorAt !== null) parts.anchor = momentText(anchorAt);
  return `?${String(new URLSearchParams(parts)).replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
}

// The same from an address; null where it says nothing, or nothing that is known.
export function choicesIn(search) {
  const asked = new URLSearchParams(search);
  const among = (name, known) => (known.includes(asked.get(name)) ? asked.get(name) : null);
  return {
    timeframe: asked.get("tf"),
    range: among("range", [...Object.keys(RANGES_MS), "all"]),
    view: viewIn(asked.get("from"), asked.get("to")),
    overlays: listIn(asked.get("overlays"), OVERLAYS),
    panes: listIn(asked.get("panes"), PANES),
    scale: among("scale", SCALES),
    anchorAt: Date.parse(asked.get("anchor")) || null,
  };
}

function momentText(at) {
  return new Date(Math.round(at / 1000) * 1000).toISOString().replace(".000Z", "Z");
}

function listed(names) {
  return names.join() || NONE;
}

function listIn(text, known) {
  if (text === null) return null;
  const names = text.split(",");
  return Object.keys(known).filter((name) => names.includes(name));
}

function viewIn(from, to) {
  const view = [Date.parse(from), Date.parse(to)];
  return view[0] < view[1] ? view : null;
}
