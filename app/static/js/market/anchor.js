// The chip that draws the mean price since a bar: first the left edge of the view, then the bar that is
// clicked. A press is a click where the pointer stays in its place: else the chart is being moved. A double
// click is none of ours: it resets the view.

import { getJson } from "../api.js";
import { anchoredFrom } from "../charts/anchored_vwap.js";
import { followTask } from "../tasks.js";
import { showToast } from "../toast.js";

const STILL_PIXELS = 4;
const DOUBLE_MS = 300; // within which Plotly takes a second click for a double one
const REFRESH_MS = 10_000; // between two questions because a bar has closed: a worker computes each answer

export class Anchor {
  // onMove: it begins elsewhere; onChange: what is drawn has changed
  constructor(symbol, history, chart, { onMove, onChange }) {
    Object.assign(this, { symbol, history, chart, onMove, onChange });
    Object.assign(this, { asked: 0, isInHand: false, isDue: false, isRefused: false, endedAt: -Infinity });
    Object.assign(this, { timer: 0, press: null, click: 0 });
    this.chip = document.getElementById("anchor");
    this.chip.addEventListener("click", () => this.place(history.anchorAt === null ? this.leftEdge() : null));
    this.wireChart();
    this.show();
  }

  // The first bar in view.
  leftEdge() {
    const { bars, view } = this.history;
    return bars.find(({ at }) => view && at >= view[0])?.at ?? null;
  }

  place(at) {
    Object.assign(this.history, { anchorAt: at, anchored: null });
    this.show();
    this.onMove();
    this.onChange();
    this.load({ isAsked: true });
  }

  // Where a link says, once its bars are there.
  begin(at) {
    this.history.anchorAt = at;
    this.show();
  }

  // Anew: it begins elsewhere, or there are other bars. isAsked: the reader waits for it.
  async load({ isAsked = false } = {}) {
    const mine = (this.asked += 1);
    clearTimeout(this.timer);
    Object.assign(this, { timer: 0, isInHand: this.history.anchorAt !== null, isDue: false, isRefused: false });
    if (!this.isInHand) return;
    try {
      const found = await this.found();
      if (mine !== this.asked) return;
      this.history.anchored = found.error ? null : anchoredFrom(found);
      this.onChange();
    } catch (error) {
      if (mine !== this.asked) return;
      this.isRefused = error.status === 422; // so many bars: waiting brings only more
      if (isAsked) showToast(`The anchored VWAP could not be drawn: ${error.message}`, { kind: "bad" });
    }
    Object.assign(this, { isInHand: false, endedAt: performance.now() });
    if (this.isDue) this.refresh();
  }

  // A bar has closed: the lines grow, but not all the time, and not while an answer is awaited.
  refresh() {
    this.isDue = this.isInHand;
    if (this.isInHand || this.timer || this.isRefused || this.history.anchorAt === null) return;
    this.timer = setTimeout(() => this.load(), Math.max(0, this.endedAt + REFRESH_MS - performance.now()));
  }

  // Before a bar has closed since the anchor there is nothing to draw: 409.
  async found() {
    const { timeframe, anchorAt } = this.history;
    const query = { symbol: this.symbol, tf: timeframe, anchor: new Date(anchorAt).toISOString() };
    const answer = await getJson("/api/anchored_vwap", query, { accept: [200, 202, 409] });
    return answer.task ? followTask(answer.task) : answer;
  }

  show() {
    this.chip.setAttribute("aria-pressed", String(this.history.anchorAt !== null));
  }

  wireChart() {
    this.chart.element.addEventListener("pointerdown", (event) => this.pressed(event), { capture: true });
    addEventListener("pointerup", (event) => this.released(event), { capture: true });
  }

  pressed(event) {
    const isSecond = Boolean(this.click);
    clearTimeout(this.click);
    this.click = 0;
    this.press = event.button === 0 && !isSecond ? event : null;
  }

  released({ clientX, clientY }) {
    const { press } = this;
    this.press = null;
    const isStill = press && Math.hypot(clientX - press.clientX, clientY - press.clientY) < STILL_PIXELS;
    if (!isStill || this.history.anchorAt === null) return;
    const bar = this.chart.barAt(clientX - this.chart.element.getBoundingClientRect().left);
    if (bar) this.click = setTimeout(() => this.clicked(bar), DOUBLE_MS);
  }

  clicked(bar) {
    this.click = 0;
    if (this.history.anchorAt !== null) this.place(bar.at);
  }
}
