// One line above the chart: the bar under the pointer, or the newest.

import { overlayFigures, PANES } from "../charts/candle_figure.js";
import * as format from "../format.js";
import { placeOfMoment } from "../series.js";

const SHORT = { sma_20: "SMA", ema_20: "EMA", bollinger_upper: "upper", bollinger_middle: "middle", bollinger_lower: "lower", vwap_session: "VWAP", rsi_14: "RSI", macd: "MACD", macd_signal: "signal", macd_histogram: "histogram" };

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
  const { columns, panes } = history;
  const place = placeOfMoment(columns.at, bar.at);
  if (columns.at[place] !== bar.at) return [];
  const names = [...overlayFigures(history).map(([name]) => name), ...panes.flatMap((pane) => PANES[pane].figures)];
  return names
    .map((name) => [SHORT[name] ?? name, columns.series[name]?.[place]])
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => [name, name === "RSI" ? value.toFixed(1) : price(value)]);
}

function bold(text) {
  const element = document.createElement("b");
  element.textContent = text;
  return element;
}
