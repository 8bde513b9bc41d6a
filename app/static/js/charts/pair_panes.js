// Three panes over one axis of time: prices, spread, z. Drawn when a bar closes or a choice changes;
// what moves in between, the cross-hair among it, is drawn over them.

import { moment, zoneShiftMs } from "../format.js";
import { oncePerFrame } from "../paint.js";
import { TIMEFRAME_MS, placeOfMoment } from "../series.js";
import { paintCrossHair, placeAt, valuesAt } from "./pair_cross_hair.js";
import { priceNames, priceTraces } from "./pair_prices.js";
import { spreadNames, spreadTraces } from "./pair_spread.js";
import { paintLiveZ, zNames, zRules, zTraces } from "./pair_z.js";
import { PairView } from "./pair_view.js";
import { prepared } from "./pen.js";
import { loadPlotly } from "./plotly.js";
import { axis, baseLayout, colours } from "./theme.js";

const CONFIG = { displayModeBar: false, scrollZoom: true, doubleClick: "reset", responsive: true, showTips: false };

export class PairPanes {
  constructor(element, canvas) {
    this.element = element;
    this.canvas = canvas;
    this.palette = colours();
    this.history = null;
    this.moving = null; // {live, at}
    this.pointer = null;
    this.view = new PairView();
    this.overlaySoon = oncePerFrame(() => this.paint());
    this.figureSoon = oncePerFrame(() => this.drawFigure());
  }

  // history: {analysis, zone, choices}; a zoom stays unless `choices`, the link of what is shown, changes.
  async draw(history) {
    const moments = momentsOf(history);
    const { starts } = history.analysis;
    const range = this.view.rangeOf(history.choices, Date.parse(starts[0]), Date.parse(starts.at(-1)));
    this.history = { ...history, moments, range: range.map((ms) => ms + zoneShiftMs(ms, history.zone)) };
    this.history.from = this.firstInView();
    await this.drawFigure();
    this.element.dataset.asOf = history.analysis.as_of;
  }

  async drawFigure() {
    this.plotly = await loadPlotly();
    const { history: drawn, palette } = this;
    const data = [...priceTraces(drawn, palette), ...spreadTraces(drawn, palette), ...zTraces(drawn, palette)];
    await this.plotly.react(this.element, data, layoutOf(drawn, palette), CONFIG);
    this.wire();
    this.overlaySoon();
  }

  // What moved since the last bar.
  extend(moving) {
    this.moving = moving;
    this.overlaySoon();
  }

  recolour() {
    this.palette = colours();
    if (this.history) this.drawFigure();
  }

  wire() {
    if (this.wired) return;
    this.wired = true;
    this.element.on("plotly_relayouting", this.overlaySoon);
    this.element.on("plotly_relayout", () => this.moved());
    this.element.addEventListener("pointermove", (event) => this.pointed(event));
    this.element.addEventListener("pointerleave", () => this.pointed(null));
    new ResizeObserver(this.overlaySoon).observe(this.canvas);
  }

  // Prices begin at 0 % where the view begins.
  moved() {
    this.overlaySoon();
    const { zone, from } = this.history;
    const { xaxis } = this.element._fullLayout;
    const shown = xaxis.range.map((edge) => xaxis.r2l(edge));
    const isBehind = this.view.note(shown.map((ms) => ms - zoneShiftMs(ms, zone)));
    this.history.range = isBehind ? this.view.whole.map((ms) => ms + zoneShiftMs(ms, zone)) : shown;
    this.history.from = this.firstInView();
    if (isBehind || from !== this.history.from) this.figureSoon();
  }

  firstInView() {
    const { moments, range } = this.history;
    return Math.min(placeOfMoment(moments, range[0]), moments.length - 2);
  }

  pointed(event) {
    const box = event && this.canvas.getBoundingClientRect();
    this.pointer = event ? { x: event.clientX - box.left, y: event.clientY - box.top } : null;
    this.overlaySoon();
  }

  paint() {
    const layout = this.element._fullLayout;
    if (!this.history || !layout?.xaxis?._length || !layout.yaxis3?._length) return;
    const pen = prepared(this.canvas);
    if (this.moving?.live) this.paintMoving(pen, layout);
    this.paintPointed(pen, layout);
  }

  paintMoving(pen, layout) {
    const { analysis, zone, moments } = this.history;
    const shifted = (ms) => ms + zoneShiftMs(ms, zone);
    const at = shifted(this.moving.at - TIMEFRAME_MS[analysis.timeframe]); // a bar stands at its start
    paintLiveZ(pen, layout, { live: this.moving.live, lastZ: analysis.spread.z, lastAt: moments.at(-1), at, palette: this.palette, zone });
  }

  paintPointed(pen, layout) {
    const { history, palette, pointer } = this;
    const place = pointer && placeAt(layout, history.moments, pointer);
    this.canvas.dataset.pointed = place === null ? "" : history.analysis.starts[place];
    if (place === null) return;
    const timeText = moment(Date.parse(history.analysis.starts[place]), history.zone);
    paintCrossHair(pen, layout, { values: valuesAt(history, place), palette, timeText });
  }
}

function momentsOf({ analysis, zone }) {
  return analysis.starts.map((start) => {
    const ms = Date.parse(start);
    return ms + zoneShiftMs(ms, zone);
  });
}

function layoutOf(history, palette) {
  const plain = { ...axis(palette), side: "right", fixedrange: true, anchor: "x", nticks: 5 };
  return {
    ...baseLayout(palette),
    margin: { l: 8, r: 64, t: 8, b: 40 },
    xaxis: { ...axis(palette), type: "date", anchor: "y3", range: history.range, nticks: 9, tickangle: 0 },
    yaxis: { ...plain, domain: [0.7, 1], ticksuffix: " %" },
    yaxis2: { ...plain, domain: [0.32, 0.67], tickformat: ".4~g" },
    yaxis3: { ...plain, domain: [0, 0.29], range: zRange(history) },
    annotations: [...priceNames(history, palette), ...spreadNames(history, palette), ...zNames(history, palette)],
    shapes: zRules(history, palette),
  };
}

// Both sides alike, wide enough for the stop.
function zRange({ analysis }) {
  const known = analysis.series.z.filter((z) => z !== null).map(Math.abs);
  const most = Math.max(3, 1.05 * (analysis.signal?.stop ?? 0), known.length ? 1.08 * Math.max(...known) : 0);
  return [-most, most];
}
