// The bars of the chart and their indicators: loaded, kept up to date, and read again when something was missed.

import { getJson } from "../api.js";
import { figuresOf } from "../charts/candle_figure.js";
import { loadPlotly } from "../charts/plotly.js";
import { watch } from "../live.js";
import { barFrom, columnsFrom, joinColumns, keepNewest, leavesHole, mergeBars, mergeSnapshot, noColumns, TIMEFRAME_MS } from "../series.js";
import { mergeFolded, readWhole } from "./whole.js";

const FIRST_BARS = 360; // with their indicators 275 kB
export const MOST_BARS = 3_000;
const RELOAD_MS = 2_000; // between two reloads because something was missed
const RETRY_MS = 5_000;
const INDICATORS_MS = 30; // what a first figure waits for them, once all else is there

export class BarHistory {
  // history: what is shown, which the chart has as well. listener: {onStart(): another history begins;
  // onShown(): it is there, or begins anew; onChange(change): bars, as mergeBars says; onColumns();
  // onSnapshot(snapshot, isNews); onFailed(error, retry)}
  constructor(symbol, history, listener) {
    Object.assign(this, { symbol, history, listener });
    this.loaded = false; // the history is there; what comes live alone is no history
    this.loading = 0; // number of the load in hand; an older one that comes late is dropped
    this.olderIsThere = true;
    this.loadingOlder = false;
    this.missedAt = -Infinity;
    this.reloadTimer = 0;
    this.stops = [];
  }

  // whole: all bars there are, read already; past: the view ended long ago; reachMs: how far back bars are needed.
  async start(view = null, options = {}) {
    const { symbol, history } = this;
    const { whole = null, past = false, reachMs = view ? view[1] - view[0] : 0 } = options;
    const timeframe = whole?.timeframe ?? options.timeframe ?? history.timeframe;
    this.loading += 1;
    const isMine = this.inHand();
    clearTimeout(this.reloadTimer);
    this.reloadTimer = 0;
    this.stops.splice(0).forEach((stop) => stop());
    Object.assign(history, { timeframe, timeframeMs: whole?.stepMs ?? TIMEFRAME_MS[timeframe] });
    Object.assign(history, { bars: whole?.bars ?? [], columns: noColumns(), anchored: null, view, priceView: null, whole, past });
    this.olderIsThere = !whole;
    this.loaded = false;
    this.listener.onStart();
    const limit = Math.min(MOST_BARS, Math.max(FIRST_BARS, Math.ceil(reachMs / history.timeframeMs)));
    const onMissed = () => this.missed();
    if (!past) this.stops.push(watch(`bars:${symbol}:${timeframe}`, { onState: (state) => this.receiveBars(state), onMissed }));
    this.stops.push(watch(`indicators:${symbol}:${timeframe}`, { onState: (state) => this.receiveSnapshot(state), onMissed }));
    if (whole) await this.beginWhole(isMine);
    else await this.loadNewest(isMine, { limit, ...(past && { end: new Date(view[1]).toISOString() }) }, () => this.start(view, options));
  }

  async beginWhole(isMine) {
    this.loaded = true;
    await this.listener.onShown();
    await this.loadWholeColumns(isMine);
  }

  // Says whether the load in hand still is that.
  inHand() {
    const mine = this.loading;
    return () => mine === this.loading;
  }

  // Of all bars only the figures that are drawn: every figure would be megabytes.
  async loadWholeColumns(isMine = this.inHand()) {
    const { symbol, history } = this;
    const names = figuresOf(history);
    if (history.whole.tail || !names.length) return;
    try {
      const query = { symbol, tf: history.timeframe, limit: history.bars.length, names };
      const columns = columnsFrom(await getJson("/api/indicators", query));
      if (!isMine()) return;
      history.columns = columns;
      this.listener.onColumns();
    } catch {
      // The bars are there; a chip that is pressed asks again.
    }
  }

  async loadNewest(isMine, stretch, retry) {
    const { history, listener } = this;
    const query = { symbol: this.symbol, tf: history.timeframe, ...stretch };
    const columnsComing = columnsOf(query).catch(() => null);
    try {
      const bars = (await getJson("/api/ohlc", query)).map(barFrom);
      // Drawing begins when the library is there; indicators that came meanwhile are in the first figure,
      // others follow: candles do not wait for them.
      await loadPlotly().catch(() => null);
      const early = await Promise.race([columnsComing, pause(INDICATORS_MS)]);
      if (!isMine()) return;
      this.loaded = true;
      if (leavesHole(bars, history.bars, history.timeframeMs)) this.missed(); // what came live is too new to join
      mergeBars(history.bars, bars);
      if (early) history.columns = joinColumns(history.columns, early);
      await listener.onShown();
      const columns = early ? null : await columnsComing;
      if (isMine() && columns) this.takeColumns(columns);
    } catch (error) {
      if (!isMine()) return;
      listener.onFailed(error, retry);
      setTimeout(() => isMine() && !this.loaded && retry(), RETRY_MS);
    }
  }

  takeColumns(columns) {
    this.history.columns = joinColumns(this.history.columns, columns);
    this.listener.onColumns();
  }

  receiveBars(state) {
    const { history } = this;
    const news = [...state.closed, ...(state.forming ? [state.forming] : [])].map(barFrom);
    const folds = history.whole?.tail;
    const hole = leavesHole(folds ?? history.bars, news, TIMEFRAME_MS[history.timeframe]);
    const change = folds ? mergeFolded(history.bars, history.whole, news) : mergeBars(history.bars, news);
    if (!this.loaded) return;
    if (hole) this.missed();
    this.forget();
    this.listener.onChange(change);
  }

  // Who follows the newest bars keeps so many; what went is read again by who looks back.
  forget() {
    const { follow, whole } = this.history;
    if (follow && !whole && keepNewest(this.history, MOST_BARS)) this.olderIsThere = true;
  }

  receiveSnapshot({ snapshot }) {
    const { history } = this;
    const isDrawn = snapshot && !history.whole?.tail && !history.past;
    this.listener.onSnapshot(snapshot, Boolean(isDrawn && mergeSnapshot(history.columns, snapshot)));
  }

  // Something was not received: read again what may be missing, but not all the time.
  missed() {
    if (this.reloadTimer) return;
    const wait = Math.max(0, this.missedAt + RELOAD_MS - performance.now());
    this.reloadTimer = setTimeout(() => {
      this.reloadTimer = 0;
      this.missedAt = performance.now();
      if (this.loaded) this.reload();
      else this.missed(); // what is being read may have been answered before
    }, wait);
  }

  async reload() {
    if (this.history.past) return;
    const isMine = this.inHand();
    try {
      await (this.history.whole ? this.reloadWhole(isMine) : this.reloadNewest(isMine));
    } catch {
      if (isMine()) this.missed();
    }
  }

  // The whole is merged into what is there, and its zoom stays; only where it is told in other bars it begins anew.
  async reloadWhole(isMine) {
    const { history } = this;
    const whole = await readWhole(this.symbol);
    if (!isMine()) return;
    if (whole.timeframe !== history.timeframe || whole.stepMs !== history.timeframeMs) {
      this.start(history.view, { whole });
      return;
    }
    const change = mergeBars(history.bars, whole.bars);
    if (whole.tail) mergeFolded(history.bars, whole, partsSince(whole.tail[0].at, history.whole.tail));
    history.whole = whole;
    this.listener.onChange({ ...change, closed: true });
    await this.loadWholeColumns(isMine);
  }

  async reloadNewest(isMine) {
    const query = { symbol: this.symbol, tf: this.history.timeframe, limit: FIRST_BARS };
    const bars = (await getJson("/api/ohlc", query)).map(barFrom);
    const columns = await columnsOf(query);
    if (!isMine()) return;
    await this.takeAgain(bars);
    this.takeColumns(columns);
  }

  async takeAgain(bars) {
    const { history } = this;
    if (leavesHole(history.bars, bars, history.timeframeMs)) {
      // Away for longer than one answer reaches back: what was there would stand apart.
      Object.assign(history, { bars: [], columns: noColumns(), view: null });
      this.olderIsThere = true;
    }
    const change = mergeBars(history.bars, bars);
    if (history.view) this.listener.onChange({ ...change, closed: true });
    else await this.listener.onShown();
  }

  async loadOlder() {
    const { history } = this;
    const isFull = history.follow && history.bars.length >= MOST_BARS;
    if (this.loadingOlder || !this.olderIsThere || isFull) return;
    this.loadingOlder = true;
    const isMine = this.inHand();
    const oldestAt = history.bars[0].at;
    const query = { symbol: this.symbol, tf: history.timeframe, limit: FIRST_BARS, end: new Date(oldestAt).toISOString() };
    try {
      const [bars, older] = await Promise.all([getJson("/api/ohlc", query), columnsOf(query)]);
      if (!isMine() || history.bars[0]?.at !== oldestAt) return; // they would not join what is there now
      this.olderIsThere = bars.length === FIRST_BARS;
      history.bars.unshift(...bars.map(barFrom));
      this.takeColumns(older);
    } catch {
      // The next move of the chart asks again.
    } finally {
      this.loadingOlder = false;
    }
  }
}

// What came live while the whole was read; what is older than its newest bar may have holes.
function partsSince(at, tail) {
  return tail.filter((part) => part.at >= at);
}

// Before a bar has closed nothing is computed: then there are no columns.
async function columnsOf(query) {
  const answer = await getJson("/api/indicators", query, { accept: [200, 409] });
  return answer.error ? noColumns() : columnsFrom(answer);
}

function pause(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms, null);
  });
}
