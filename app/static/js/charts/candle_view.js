// Which part of the bars is in view, and what heights it needs. Pure.

import { placeOf } from "../series.js";

export const RANGES_MS = { "1h": 3_600_000, "6h": 21_600_000, "1d": 86_400_000, "1w": 604_800_000 };
const FIRST_BARS = 150;
const EMPTY_RIGHT = 6; // bars of room for what comes
const FEWEST_BARS = 30;
const MOST_BARS = 1_500;
const ROOM_BARS = 3; // right of a range
const AIR = 0.06; // above and below, as a share of the height
const PANE_SHARES = [0, 0.18, 0.15, 0.12, 0.1]; // of the height, by the number of panes
const LEAST_HEIGHT = 0.001; // of the price

export function firstView(bars, timeframeMs, wanted = FIRST_BARS) {
  return viewEndingAt(bars.at(-1).at, Math.min(wanted, Math.max(bars.length, FEWEST_BARS)), timeframeMs);
}

export function viewEndingAt(newestAt, count, timeframeMs) {
  const to = newestAt + EMPTY_RIGHT * timeframeMs;
  return [to - (count + EMPTY_RIGHT) * timeframeMs, to];
}

// The same span, moved so that the newest bar is in view again.
export function followed([from, to], newestAt, timeframeMs) {
  const end = newestAt + EMPTY_RIGHT * timeframeMs;
  return [from + end - to, end];
}

export function showsNewest([from, to], newestAt) {
  return from <= newestAt && newestAt <= to;
}

// The timeframe in which a range has neither too few nor too many bars; the current one if it fits.
export function timeframeFor(rangeMs, current, timeframes) {
  const fits = (timeframe) => rangeMs / timeframes[timeframe] >= FEWEST_BARS && rangeMs / timeframes[timeframe] <= MOST_BARS;
  if (fits(current)) return current;
  return Object.keys(timeframes).find(fits) ?? current;
}

// A range that ends where the newest bar does, with a little room.
export function spanView(to, spanMs, timeframeMs) {
  return [to - spanMs, to + ROOM_BARS * timeframeMs];
}

// What the page begins with: the chosen range, in a timeframe that it fits. Where the address names a
// timeframe and no range, that one stays, and a range that does not fit it is left out.
export function openingOf(range, timeframe, isNamed, timeframes) {
  const spanMs = RANGES_MS[range] ?? null;
  const fitting = spanMs ? timeframeFor(spanMs, timeframe, timeframes) : timeframe;
  if (isNamed && (range === "all" || fitting !== timeframe)) return { range: null, timeframe, spanMs: null };
  return { range: spanMs || range === "all" ? range : null, timeframe: fitting, spanMs };
}

// The axis of prices counts prices, or their logarithms to the base of ten.
export function onAxis(price, scale) {
  return scale === "log" ? Math.log10(price) : price;
}

export function priceOn(value, scale) {
  return scale === "log" ? 10 ** value : value;
}

// Lowest and highest of the bars in view and of the lines over them, with a little air.
export function priceRange(bars, [from, to], lines = [], scale = "linear") {
  let [low, high] = [Infinity, -Infinity];
  const [first, last] = [Math.max(0, placeOf(bars, from) - 1), placeOf(bars, to)];
  for (let place = first; place < last; place++) {
    low = Math.min(low, bars[place].low);
    high = Math.max(high, bars[place].high);
  }
  for (const { at, values } of lines) {
    for (let place = 0; place < at.length; place++) {
      if (values[place] === null || at[place] < from || at[place] > to) continue;
      if (scale === "log" && values[place] <= 0) continue; // has no place there
      low = Math.min(low, values[place]);
      high = Math.max(high, values[place]);
    }
  }
  if (low > high) return null;
  return scale === "log" ? airedByRatio(low, high) : airedBySteps(low, high);
}

function airedBySteps(low, high) {
  const air = (high - low || high * LEAST_HEIGHT || 1) * AIR;
  return [low - air, high + air];
}

function airedByRatio(low, high) {
  const air = Math.max(high / low, 1 + LEAST_HEIGHT) ** AIR;
  return [low / air, high * air];
}

export function volumeRange(bars, [from, to]) {
  let high = 0;
  for (let place = Math.max(0, placeOf(bars, from) - 1); place < placeOf(bars, to); place++) high = Math.max(high, bars[place].volume);
  return [0, high * 1.1 || 1];
}

export function rangeFromZero(at, values, [from, to]) {
  const inView = values.filter((value, place) => value !== null && at[place] >= from && at[place] <= to);
  return [0, inView.reduce((most, value) => Math.max(most, value), 0) * 1.15 || 1];
}

export function symmetricRange(at, columns, [from, to]) {
  let size = 0;
  for (const values of columns) {
    for (let place = 0; place < at.length; place++) {
      if (at[place] >= from && at[place] <= to && values[place] !== null) size = Math.max(size, Math.abs(values[place]));
    }
  }
  return size ? [-size * 1.15, size * 1.15] : [-1, 1];
}

// Share of the height of each pane, from the top: price, volume, then the panes switched on.
export function domains(panes) {
  const each = PANE_SHARES[panes.length];
  const gap = 0.02;
  const volume = 0.13;
  const result = {};
  let bottom = 0;
  for (const pane of [...panes].reverse()) {
    result[pane] = [bottom, bottom + each];
    bottom += each + gap;
  }
  result.volume = [bottom, bottom + volume];
  result.price = [bottom + volume + gap, 1];
  return result;
}
