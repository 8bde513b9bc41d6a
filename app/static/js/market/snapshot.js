// The latest snapshot as a table: value, or why there is none yet; what it means on hover.

import { getJson } from "../api.js";
import { drawWhole } from "../completeness.js";
import * as format from "../format.js";
import { currentZone, onZone } from "../frame.js";
import { serverNow } from "../live.js";
import { setText } from "../paint.js";
import { hideState, showState } from "../states.js";

const DIVERGENCE = "The last one that became known, and when: between two turning points price and RSI moved against each other. Regular: the price went further, RSI did not. Hidden: RSI went further, the price did not. Turning points are known five bars later, and never taken back.";

export class SnapshotTable {
  constructor(decimals) {
    this.body = document.getElementById("snapshot");
    this.state = document.getElementById("snapshot-state");
    this.dot = document.getElementById("snapshot-dot");
    this.definitions = new Map();
    this.snapshot = null;
    this.decimals = decimals;
  }

  async start() {
    onZone(() => this.draw());
    try {
      for (const each of await getJson("/api/indicators/definitions")) this.definitions.set(each.name, each);
      this.draw();
    } catch {
      // Names alone then; the values come live.
    }
  }

  clear() {
    this.snapshot = null;
    this.body.replaceChildren();
    this.dot.hidden = true;
    hideState(this.state);
  }

  show(snapshot) {
    this.snapshot = snapshot;
    this.draw();
  }

  draw() {
    if (!this.snapshot) {
      setText(document.getElementById("snapshot-as-of"), "");
      this.body.replaceChildren();
      showState(this.state, { title: "Nothing computed yet", text: "Indicators appear when a bar has closed." });
      return;
    }
    hideState(this.state);
    drawWhole(this.dot, this.snapshot.completeness, { symbols: [this.snapshot.symbol] });
    this.dot.hidden = false;
    const { as_of: asOf, values } = this.snapshot;
    setText(document.getElementById("snapshot-as-of"), `bar of ${when(asOf, { seconds: true })}`);
    this.body.replaceChildren(...Object.entries(values).map(([name, value]) => this.row(name, value)), this.divergenceRow());
  }

  divergenceRow() {
    const { divergence, divergence_reason: reason } = this.snapshot;
    const row = document.createElement("tr");
    const head = document.createElement("th");
    const cell = document.createElement("td");
    head.scope = "row";
    head.textContent = "Divergence";
    head.title = DIVERGENCE;
    if (divergence) cell.append(`${divergence.kind.replace("_", " ")}, `, unbroken(when(divergence.confirmed_at)));
    else cell.textContent = reason;
    cell.className = divergence ? (divergence.kind.endsWith("bullish") ? "up" : "down") : "warming";
    row.append(head, cell);
    return row;
  }

  row(name, value) {
    const definition = this.definitions.get(name);
    const row = document.createElement("tr");
    const head = document.createElement("th");
    const cell = document.createElement("td");
    head.scope = "row";
    head.textContent = definition?.label ?? name.replaceAll("_", " ");
    head.title = definition ? `${definition.definition} (${definition.source})` : "";
    if (value.state === "warming_up") {
      cell.className = "warming";
      cell.textContent = `needs ${value.bars_needed} bars, has ${value.bars_present}`;
    } else if (value.value === null) {
      cell.className = "warming";
      cell.textContent = value.reason ?? "no value";
    } else {
      cell.textContent = text(value.value, definition?.unit, this.decimals);
    }
    row.append(head, cell);
    return row;
  }
}

function when(moment, options) {
  return format.when(Date.parse(moment), currentZone(), serverNow(), options);
}

function unbroken(text) {
  const element = document.createElement("span");
  element.className = "moment";
  element.textContent = text;
  return element;
}

// A mean of prices has one digit more than a price.
function text(value, unit, decimals) {
  if (unit === "index") return format.ratio(value, 1);
  if (unit === "percent") return `${format.ratio(value * 100, value < 0.1 ? 3 : 1)} %`;
  if (unit === "ratio") return format.ratio(value);
  return format.price(value, decimals === null ? null : decimals + 1);
}
