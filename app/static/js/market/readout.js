// One line above the chart: the bar under the pointer, or the newest.

import { overlayFigures } from "../charts/candle_figure.js";
import { divergenceWords } from "../charts/divergence_traces.js";
import * as format from "../format.js";
import { placeOfMoment } from "../series.js";

const SHORT = { sma_20: "SMA", ema_20: "EMA", bollinger_upper: "upper", bollinger_middle: "middle", bollinger_lower: "lower", vwap_session: "VWAP", vwap_rolling: "VWAP 60" };

export function showReadout(element, bar, history) {
  if (!bar) {
    element.replaceChildren();
    return;
  }
  const { zone, decimals, timeframeMs } = history;
  const price = (value) => format.price(value, decimals);
  const time = timeframeMs < 60_000 ? format.clock(bar.at, zone) : format.moment(bar.at, zone);
  const change = format.percent(bar.close / bar.open - 1);
  const parts = [
    ["", time],
    ...(history.whole?.tail ? [["", `${format.duration(timeframeMs)} a bar`]] : []),
    ["O", price(bar.open)],
    ["H", price(bar.high)],
    ["L", price(bar.low)],
    ["C", price(bar.close)],
    ["", change],
    ["V", format.compact(bar.volume)],
    ["trades", format.count(bar.trades)],
    ...indicatorParts(bar, history, price),
  ];
  if (!bar.isFinal) parts.push(["", bar === history.bars.at(-1) ? "forming" : "not final: trades may be missing"]);
  element.replaceChildren(...parts.flatMap(([name, value]) => [document.createTextNode(name ? ` ${name} ` : " "), bold(value), document.createTextNode(" ")]));
}

function indicatorParts(bar, history, price) {
  const { columns } = history;
  const place = placeOfMoment(columns.at, bar.at);
  if (columns.at[place] !== bar.at) return [];
  const words = history.overlays.includes("divergence") ? divergenceWords(columns.divergences, bar.at) : [];
  const figures = overlayFigures(history)
    .filter(([, , loose]) => !loose)
    .map(([name]) => [SHORT[name] ?? name, columns.series[name]?.[place]])
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => [name, price(value)]);
  return [...figures, ...anchoredPart(bar, history, price), ...words.map((text) => ["", text])];
}

function anchoredPart(bar, { anchored }, price) {
  const value = anchored?.series.middle[anchored.at.indexOf(bar.at)];
  return value === null || value === undefined ? [] : [["VWAP from", price(value)]];
}

function bold(text) {
  const element = document.createElement("b");
  element.textContent = text;
  return element;
}
