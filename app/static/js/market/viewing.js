// Which stretch of time is in view and in which timeframe: what the reader chooses, or moves to.

import { getJson } from "../api.js";
import { followed, RANGES_MS, showsNewest, spanView, timeframeFor } from "../charts/candle_view.js";
import { barFrom, TIMEFRAME_MS } from "../series.js";
import { showToast } from "../toast.js";
import { MOST_BARS } from "./loading.js";
import { wholeView } from "./opening.js";
import { markPressed } from "./tools.js";
import { readWhole } from "./whole.js";

export class Viewing {
  // history, chart and loading as the page has them; address: to be kept
  constructor(symbol, history, { chart, loading, address }) {
    Object.assign(this, { symbol, history, chart, loading, address });
    this.opening = null; // what a link said, until something else is chosen
    this.asked = 0; // number of the newest choice; an answer to an older one is dropped
    this.range = null; // the button that is pressed
    this.movedTo = null; // the view, where the reader moved it
    this.followButton = document.getElementById("follow");
    this.followButton.addEventListener("click", () => this.switchFollow());
  }

  // As a link says: that of the page, or one that Back leads to.
  async begin(opening) {
    const { timeframe, view, range, spanMs } = opening;
    this.choose({ opening, movedTo: view });
    this.press(range);
    if (view) await this.showStretch(view);
    else if (range === "all") await this.showAll();
    else this.loading.start(null, { timeframe, reachMs: spanMs ?? 0 });
  }

  beginningView() {
    this.press(this.opening.range);
    return this.opening.viewOf(this.history.bars, this.history.timeframeMs);
  }

  // The chart was moved by hand.
  moved({ view }) {
    const { bars, follow } = this.history;
    this.movedTo = view;
    this.press(null);
    this.address.keepSoon();
    this.setFollow(follow && showsNewest(view, bars.at(-1).at), { move: false });
    const early = bars[0].at + (view[1] - view[0]) * 0.1;
    if (view[0] < early) this.loading.loadOlder();
  }

  reset() {
    if (!this.history.bars.length) return;
    this.leave();
    if (this.history.past) this.loading.start();
    else this.chart.setView(this.beginningView());
    this.address.keep();
  }

  // What the page began with, or was moved to, is over.
  leave() {
    this.opening.leave();
    this.choose({ movedTo: null });
  }

  choose(changes) {
    Object.assign(this, changes);
    this.asked += 1;
    this.setFollow(true, { move: false });
  }

  // Says whether nothing else was chosen since.
  inHand() {
    const mine = this.asked;
    return () => mine === this.asked;
  }

  switchFollow() {
    this.setFollow(!this.history.follow);
  }

  setFollow(follow, { move = true } = {}) {
    const { history } = this;
    history.follow = follow;
    this.followButton.setAttribute("aria-pressed", String(follow));
    if (!follow || !move) return;
    if (history.past) this.reset();
    else if (history.view && history.bars.length) this.chart.setView(followed(history.view, history.bars.at(-1).at, history.timeframeMs));
  }

  showTimeframe(timeframe, { view = null } = {}) {
    const { history } = this;
    if (!(timeframe in TIMEFRAME_MS) || (timeframe === history.timeframe && !view && !history.whole)) return;
    this.leave();
    this.press(null);
    this.loading.start(view, { timeframe });
    this.address.leave();
  }

  showRange(asked) {
    if (!this.history.bars.length) return;
    const spanMs = RANGES_MS[asked];
    this.leave();
    if (spanMs) this.showSpan(spanMs);
    else this.showAll();
    this.press(asked);
    this.address.keep();
  }

  showSpan(spanMs) {
    const { history } = this;
    const to = history.bars.at(-1).at + history.timeframeMs;
    const timeframe = timeframeFor(spanMs, history.timeframe, TIMEFRAME_MS);
    const view = spanView(to, spanMs, TIMEFRAME_MS[timeframe]);
    if (timeframe !== history.timeframe) this.showTimeframe(timeframe, { view });
    else if (view[0] < history.bars[0].at || history.whole?.tail || history.past) this.showTimeframe(timeframe, { view });
    else this.chart.setView(view);
  }

  // All that is stored, in as few bars as can be seen.
  async showAll(view = null) {
    const { history, loading } = this;
    const isMine = this.inHand();
    try {
      const whole = await readWhole(this.symbol);
      if (!isMine()) return;
      loading.start(view ?? (whole.bars.length ? wholeView(whole.bars, whole.stepMs) : null), { whole });
      this.address.keep();
    } catch (error) {
      if (!isMine()) return;
      showToast(`The whole history could not be read: ${error.message}`, { kind: "bad" });
      if (loading.loaded) this.chart.setView(wholeView(history.bars, history.timeframeMs));
      else loading.start(null, { timeframe: this.opening.timeframe });
    }
  }

  // The stretch of time a link names: with what came since, unless that is too long ago.
  async showStretch(view) {
    const isMine = this.inHand();
    const { timeframe } = this.opening;
    const timeframeMs = TIMEFRAME_MS[timeframe];
    if (view[1] - view[0] > MOST_BARS * timeframeMs) {
      await this.showAll(view);
      return;
    }
    const [newest = null] = await getJson("/api/ohlc", { symbol: this.symbol, tf: timeframe, limit: 1 }).catch(() => []);
    if (!isMine()) return;
    const newestAt = newest ? barFrom(newest).at : view[1];
    this.setFollow(showsNewest(view, newestAt), { move: false });
    const isPast = newestAt - view[0] > MOST_BARS * timeframeMs;
    this.loading.start(view, { timeframe, ...(isPast ? { past: true } : { reachMs: newestAt - view[0] + timeframeMs }) });
  }

  press(range) {
    this.range = range;
    markPressed("range", range);
  }
}
