// The chip that draws the mean price since a bar: first the left edge of the view, then the bar that is
// clicked. A press is a click where the pointer stays in its place: else the chart is being moved.

import { getJson } from "../api.js";
import { anchoredFrom } from "../charts/anchored_vwap.js";
import { followTask } from "../tasks.js";
import { showToast } from "../toast.js";

const STILL_PIXELS = 4;

export class Anchor {
  // onMove: it begins elsewhere; onChange: what is drawn has changed
  constructor(symbol, history, chart, { onMove, onChange }) {
    Object.assign(this, { symbol, history, chart, onMove, onChange, asked: 0 });
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
    this.load();
  }

  // Where a link says, once its bars are there.
  begin(at) {
    this.history.anchorAt = at;
    this.show();
  }

  // Anew for other bars: a bar has closed, or there is another timeframe.
  async load() {
    const mine = (this.asked += 1);
    if (this.history.anchorAt === null) return;
    try {
      const found = await this.found();
      if (mine !== this.asked) return;
      this.history.anchored = found.error ? null : anchoredFrom(found);
      this.onChange();
    } catch (error) {
      if (mine === this.asked) showToast(`The anchored VWAP could not be drawn: ${error.message}`, { kind: "bad" });
    }
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
    const { element } = this.chart;
    let pressed = null;
    element.addEventListener("pointerdown", (event) => (pressed = event), { capture: true });
    addEventListener("pointerup", (event) => {
      const still = pressed && Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY) < STILL_PIXELS;
      pressed = null;
      if (!still || this.history.anchorAt === null) return;
      const bar = this.chart.barAt(event.clientX - element.getBoundingClientRect().left);
      if (bar) this.place(bar.at);
    }, { capture: true });
  }
}
