// Candles, volume, overlays and panes of one symbol. The whole figure is drawn when a bar
// closes or a choice changes; what moves in between is drawn over it.

import { zoneShiftMs } from "../format.js";
import { atMostEvery, oncePerFrame } from "../paint.js";
import { barAt, formingBar } from "../series.js";
import { figureOf, LAYOUT_NAMES, rangesOf } from "./candle_figure.js";
import { paintOverlay, scaleOf, snappedTo } from "./candle_overlay.js";
import { followed, priceOn, showsNewest } from "./candle_view.js";
import { loadPlotly } from "./plotly.js";
import { colours } from "./theme.js";

const CONFIG = { displayModeBar: false, scrollZoom: true, doubleClick: false, responsive: true, showTips: false };
const FIGURE_MS = 250; // the whole figure at most four times a second
const AWAY_MS = 5_000; // likewise for news, while the newest bars are out of view
const PRICE_ZOOM = 1.1; // per notch of shift-wheel

export class CandleChart {
  // listener: {onView({view, byUser}), onHover(bar or null), onReset()}
  constructor(element, canvas, listener) {
    this.element = element;
    this.canvas = canvas;
    this.listener = listener;
    this.history = null;
    this.palette = colours();
    this.pointer = null;
    this.lastPrice = null;
    this.drawn = false;
    this.busy = false;
    this.stale = false;
    this.figureSoon = atMostEvery(FIGURE_MS, () => this.drawFigure());
    this.figureLater = atMostEvery(AWAY_MS, () => this.drawFigure());
    this.overlaySoon = oncePerFrame(() => this.paintOverlay());
  }

  // Draw a history from scratch: {bars, columns, view, overlays, panes, zone, decimals, timeframeMs, follow, scale}.
  async draw(history) {
    this.history = history;
    this.plotly = await loadPlotly();
    await this.drawFigure();
  }

  // News were merged into the history; `closed` says that more than the forming bar changed.
  extend({ closed, appended }) {
    const { history } = this;
    if (appended && history.follow) history.view = followed(history.view, history.bars.at(-1).at, history.timeframeMs);
    if (closed || appended || this.outgrown()) this.newsSoon();
    this.overlaySoon();
  }

  // Who looks back sees nothing of the news: the many bars there may be by then are not drawn for each.
  newsSoon() {
    const { view, bars } = this.history;
    if (view && bars.length && !showsNewest(view, bars.at(-1).at)) this.figureLater();
    else this.figureSoon();
  }

  setLastPrice(value) {
    this.lastPrice = value;
    this.overlaySoon();
  }

  setView(view) {
    this.history.view = view;
    this.history.viewsSet = (this.history.viewsSet ?? 0) + 1;
    this.history.priceView = null;
    return this.drawFigure();
  }

  recolour() {
    this.palette = colours();
    if (this.drawn) this.drawFigure();
  }

  async drawFigure() {
    // Without a view the history is being loaded: what came live is not drawn alone.
    if (!this.plotly || !this.history?.bars.length || !this.history.view) return;
    if (this.busy) {
      this.stale = true; // drawn again when the drawing in hand is done
      return;
    }
    this.busy = true;
    try {
      await this.react();
    } finally {
      this.busy = false;
    }
    this.paintOverlay();
    if (this.stale) {
      this.stale = false;
      this.figureSoon();
    }
  }

  async react() {
    const begun = performance.now();
    const { data, layout } = figureOf(this.history, this.palette);
    await this.plotly.react(this.element, data, layout, CONFIG);
    this.element.dataset.drawMs = String(Math.round(performance.now() - begun));
    if (!this.drawn) this.wire();
    this.drawn = true;
  }

  paintOverlay() {
    if (this.drawn) paintOverlay(this.canvas, this.element, this);
  }

  outgrown() {
    const forming = formingBar(this.history.bars);
    const layout = this.element._fullLayout;
    if (!forming || !layout?.yaxis || this.history.priceView) return false;
    const [low, high] = layout.yaxis.range.map((edge) => priceOn(edge, layout.yaxis.type));
    return showsNewest(this.history.view, forming.at) && (forming.low < low || forming.high > high || forming.volume > layout.yaxis2.range[1]);
  }

  wire() {
    const { element } = this;
    element.on("plotly_relayouting", () => this.overlaySoon());
    element.on("plotly_relayout", (change) => this.relaidOut(change));
    // Not the browser's own event: Plotly covers the page while a button is down.
    element.on("plotly_doubleclick", () => this.listener.onReset());
    element.addEventListener("wheel", (event) => this.wheel(event), { capture: true, passive: false });
    element.addEventListener("pointermove", (event) => this.pointed(event));
    element.addEventListener("pointerleave", () => this.pointed(null));
    new ResizeObserver(() => this.overlaySoon()).observe(this.canvas);
  }

  // The user moved or zoomed; heights then follow what is in view.
  relaidOut(change) {
    if (change["xaxis.range[0]"] === undefined && !change["xaxis.range"]) {
      this.overlaySoon();
      return;
    }
    const { xaxis } = this.element._fullLayout;
    this.history.view = xaxis.range.map((edge) => this.unshift(xaxis.r2l(edge)));
    this.history.priceView = null;
    this.fitHeights();
    this.listener.onView({ view: this.history.view });
  }

  async fitHeights() {
    const ranges = rangesOf(this.history, (at) => this.shift(at));
    const change = { "yaxis.range": ranges.yaxis, "yaxis2.range": ranges.yaxis2 };
    for (const pane of this.history.panes) {
      const name = LAYOUT_NAMES[pane];
      if (ranges[name]) change[`${name}.range`] = ranges[name];
    }
    await this.plotly.relayout(this.element, change);
    this.overlaySoon();
  }

  // Shift-wheel stretches the price axis about the pointer; a plain wheel is Plotly's, in time.
  wheel(event) {
    if (!event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    const { range, _offset: top, _length: length } = this.element._fullLayout.yaxis;
    const share = 1 - (event.offsetY - top) / length;
    const fixed = range[0] + share * (range[1] - range[0]);
    const notch = event.deltaY || event.deltaX;
    const factor = notch > 0 ? PRICE_ZOOM : 1 / PRICE_ZOOM;
    this.history.priceView = range.map((edge) => fixed + (edge - fixed) * factor);
    this.fitHeights();
  }

  pointed(event) {
    const box = event && this.canvas.getBoundingClientRect();
    this.pointer = event ? { x: event.clientX - box.left, y: event.clientY - box.top } : null;
    this.overlaySoon();
    this.listener.onHover(this.pointer ? this.barAt(this.pointer.x) : null);
  }

  barAt(pixel) {
    const { history } = this;
    const at = snappedTo(scaleOf(this.element._fullLayout, history).atOf(pixel), history.timeframeMs);
    return barAt(history.bars, at);
  }

  shift(at) {
    return at + zoneShiftMs(at, this.history.zone);
  }

  unshift(at) {
    return at - zoneShiftMs(at, this.history.zone);
  }
}
