// Findings as rows: planted, found, the difference, and a tick or a cross with the rule that decides.

import * as format from "../format.js";
import { setText } from "../paint.js";
import { wireScrollables } from "../scrollable.js";

const LEAST_P = 0.001;
const MARKS = { yes: ["✓", "as planted"], no: ["✗", "not as planted"], open: ["–", "not decided"] };

export function showPairs(place, pairs, zone) {
  place.replaceChildren(...pairs.map((pair) => panelOf(pair, zone)));
}

export function showMark(element, passed) {
  const kind = passed === null ? "open" : passed ? "yes" : "no";
  const [sign, words] = MARKS[kind];
  element.dataset.passed = kind;
  element.textContent = sign;
  element.title = words;
  element.setAttribute("aria-label", words);
  element.setAttribute("role", "img");
}

function panelOf(pair, zone) {
  const panel = copyOf("pair-panel");
  const part = partsOf(panel);
  setText(part("title"), `${pair.y} on ${pair.x}`);
  setText(part("about"), aboutOf(pair, zone));
  part("rows").append(...pair.findings.map((finding) => rowOf(finding, zone)));
  setText(part("reason"), pair.reason ?? "");
  part("reason").hidden = !pair.reason;
  panel.querySelector(".table-scroll").hidden = !pair.findings.length;
  wireScrollables(panel);
  return panel;
}

function aboutOf(pair, zone) {
  if (!pair.as_of) return "";
  const { final, expected } = pair.completeness;
  return `${pair.bars} bars of ${pair.timeframe} to ${format.moment(Date.parse(pair.as_of), zone)} · ${final} of ${expected} final`;
}

function rowOf(finding, zone) {
  const row = copyOf("finding-row");
  const part = partsOf(row);
  setText(part("name"), finding.name);
  setText(part("planted"), textOf(finding.planted, finding, zone));
  setText(part("found"), textOf(finding.found, finding, zone));
  setText(part("difference"), differenceOf(finding));
  showMark(part("mark"), finding.passed);
  const words = [finding.reason, finding.rule].filter(Boolean).join("; ");
  setText(part("rule"), words);
  part("mark").title += `: ${words}`;
  return row;
}

export function textOf(value, { unit, name }, zone) {
  if (value === null) return format.DASH;
  if (unit === "UTC") return format.moment(value * 1000, zone);
  if (unit === "min") return `${value.toFixed(1)} min`;
  if (name === "Engle-Granger p") return value < LEAST_P ? `< ${LEAST_P}` : format.ratio(value, 3);
  return format.ratio(value, name === "beta" ? 3 : 5);
}

export function differenceOf({ difference, planted, unit }) {
  if (difference === null) return format.DASH;
  if (unit === "UTC") return format.duration(difference * 1000);
  return format.percent(difference / planted, 1);
}

function copyOf(template) {
  return document.getElementById(template).content.firstElementChild.cloneNode(true);
}

function partsOf(element) {
  return (name) => element.querySelector(`[data-part="${name}"]`);
}
