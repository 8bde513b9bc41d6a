// The whole stored history of a symbol in few bars, and what comes live folded into the newest of them.

import { getJson } from "../api.js";
import { barFrom, mergeBars, TIMEFRAME_MS } from "../series.js";
import { followTask } from "../tasks.js";

// {timeframe, stepMs, bars, tail}; `tail` is null unless a bar is several of the timeframe: then those of the newest.
export async function readWhole(symbol) {
  const answer = await getJson("/api/history", { symbol }, { accept: [200, 202] });
  const found = answer.task ? await followTask(answer.task, { title: `History of ${symbol}` }) : answer;
  const { timeframe, step_seconds: step } = found;
  const [bars, stepMs] = [barsOf(found), step * 1000 || TIMEFRAME_MS[timeframe]];
  const tail = stepMs > TIMEFRAME_MS[timeframe] ? await partsOf(bars.at(-1), { symbol, timeframe, stepMs }) : null;
  return { timeframe, stepMs, bars, tail };
}

// Columns, as the server has them, as bars.
export function barsOf({ ts, open, high, low, close, volume, trades, is_final: isFinal }) {
  return ts.map((at, place) => ({
    at: Date.parse(at),
    open: open[place],
    high: high[place],
    low: low[place],
    close: close[place],
    volume: volume[place],
    trades: trades[place],
    isFinal: isFinal[place],
  }));
}

// Bars of a whole, with news of its timeframe; says what changed, as mergeBars does.
export function mergeFolded(bars, { tail, stepMs, timeframe }, news) {
  mergeBars(tail, news);
  const change = mergeBars(bars, foldedBars(tail, stepMs, TIMEFRAME_MS[timeframe]));
  while (tail.length && tail[0].at < bars.at(-1).at) tail.shift();
  return change;
}

export function foldedBars(parts, stepMs, partMs) {
  const groups = new Map();
  for (const part of parts) {
    const at = Math.floor(part.at / stepMs) * stepMs;
    groups.set(at, [...(groups.get(at) ?? []), part]);
  }
  return [...groups].map(([at, group]) => ({
    at,
    open: group[0].open,
    high: Math.max(...group.map((part) => part.high)),
    low: Math.min(...group.map((part) => part.low)),
    close: group.at(-1).close,
    volume: group.reduce((sum, part) => sum + part.volume, 0),
    trades: group.reduce((sum, part) => sum + part.trades, 0),
    isFinal: group.at(-1).at + partMs >= at + stepMs && group.every((part) => part.isFinal),
  }));
}

async function partsOf(newest, { symbol, timeframe, stepMs }) {
  const query = { symbol, tf: timeframe, start: new Date(newest.at).toISOString(), limit: stepMs / TIMEFRAME_MS[timeframe] };
  return (await getJson("/api/ohlc", query)).map(barFrom);
}
