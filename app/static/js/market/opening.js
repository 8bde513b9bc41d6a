// What the Market page begins with: what its link says, else the range that was chosen, else the newest bars.

import { firstView, openingOf, spanView } from "../charts/candle_view.js";
import { choice } from "../choices.js";
import { TIMEFRAME_MS } from "../series.js";

const NARROW = 700; // pixels, as in the style sheets

export class Opening {
  // `timeframe` is the one the server chose; `linked` as link.js reads it. {range, spanMs} are null without a
  // range, `view` unless the link names a stretch of time.
  constructor(timeframe, linked) {
    this.view = linked.range ? null : linked.view;
    const isNamed = Boolean(linked.timeframe) && !linked.range;
    const range = this.view ? null : (linked.range ?? choice("range"));
    Object.assign(this, openingOf(range, timeframe, isNamed, TIMEFRAME_MS));
  }

  // Something else was chosen: from then on the newest bars.
  leave() {
    this.range = this.spanMs = this.view = null;
  }

  viewOf(bars, timeframeMs) {
    if (this.range === "all") return wholeView(bars, timeframeMs);
    if (this.range) return spanView(bars.at(-1).at + timeframeMs, this.spanMs, timeframeMs);
    return firstView(bars, timeframeMs, innerWidth < NARROW ? 60 : 150);
  }
}

export function wholeView(bars, timeframeMs) {
  return [bars[0].at - timeframeMs, bars.at(-1).at + 3 * timeframeMs];
}
