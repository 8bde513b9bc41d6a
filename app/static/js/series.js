// The bars a chart shows, oldest first, and how news are merged into them. Pure.

export const TIMEFRAME_MS = { "1s": 1_000, "1m": 60_000, "5m": 300_000, "15m": 900_000, "1h": 3_600_000 };

export function barFrom(json) {
  return {
    at: Date.parse(json.ts),
    open: json.open,
    high: json.high,
    low: json.low,
    close: json.close,
    volume: json.volume,
    trades: json.trades,
    isFinal: json.is_final,
  };
}

// Merge bars into a list; returns what changed: {closed: a bar that was or is not the newest changed,
// newest: the newest bar changed in place, appended: bars were added at the end}.
export function mergeBars(bars, incoming) {
  const change = { closed: false, newest: false, appended: 0 };
  for (const bar of incoming) {
    const place = placeOf(bars, bar.at);
    const known = bars[place]?.at === bar.at ? bars[place] : null;
    if (known && !isNews(known, bar)) continue;
    const atEnd = known ? place === bars.length - 1 : place === bars.length;
    bars.splice(place, known ? 1 : 0, bar);
    if (!known && atEnd) change.appended += 1;
    else if (atEnd) change.newest = true;
    else change.closed = true;
  }
  return change;
}

// An open bar only grows; one with fewer trades is older news. A final bar is the last word.
function isNews(known, bar) {
  if (!bar.isFinal && bar.trades < known.trades) return false;
  return ["open", "high", "low", "close", "volume", "trades", "isFinal"].some((field) => known[field] !== bar[field]);
}

// Place of the first bar that begins at or after a moment.
export function placeOf(bars, at) {
  return lowestPlace(bars.length, (place) => bars[place].at, at);
}

// Likewise in a plain list of moments.
export function placeOfMoment(moments, at) {
  return lowestPlace(moments.length, (place) => moments[place], at);
}

// The bar that begins at a moment, or null.
export function barAt(bars, at) {
  const bar = bars[placeOf(bars, at)];
  return bar?.at === at ? bar : null;
}

function lowestPlace(length, atOf, at) {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (atOf(middle) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

// Whether news leave a hole behind the newest bar known: the page then reloads.
export function leavesHole(bars, incoming, timeframeMs) {
  const newest = bars.at(-1);
  const oldest = incoming[0];
  return Boolean(newest && oldest && oldest.at > newest.at + timeframeMs);
}

// Keep the newest so many bars, and of the columns what lies within them; says whether anything went.
export function keepNewest({ bars, columns }, most) {
  if (bars.length <= most) return false;
  bars.splice(0, bars.length - most);
  const gone = placeOfMoment(columns.at, bars[0].at);
  for (const list of [columns.at, ...Object.values(columns.series)]) list.splice(0, gone);
  columns.divergences = columns.divergences.filter(({ confirmedAt }) => confirmedAt >= bars[0].at);
  return true;
}

// The bar that moves: the newest, as long as it is not over.
export function formingBar(bars) {
  const newest = bars.at(-1);
  return newest && !newest.isFinal ? newest : null;
}

// Columns of indicators: {at: [ms], series: {name: [value or null]}, divergences: [{kind, first, second, confirmedAt}]}.
export function columnsFrom(json) {
  return { at: json.ts.map((text) => Date.parse(text)), series: json.series, divergences: json.divergences.map(divergenceFrom) };
}

export function noColumns() {
  return { at: [], series: {}, divergences: [] };
}

function divergenceFrom({ kind, first, second, confirmed_at: confirmedAt }) {
  const pivot = ({ ts, price, rsi }) => ({ at: Date.parse(ts), price, rsi });
  return { kind, first: pivot(first), second: pivot(second), confirmedAt: Date.parse(confirmedAt) };
}

// Put one snapshot into the columns, replacing that of the same bar; returns whether that changed them.
export function mergeSnapshot(columns, snapshot) {
  const at = Date.parse(snapshot.as_of);
  const place = placeOfMoment(columns.at, at);
  const known = columns.at[place] === at;
  const same = ([name, { value }]) => (columns.series[name]?.[place] ?? null) === value;
  const isNew = mergeDivergence(columns.divergences, snapshot.divergence);
  if (known && Object.entries(snapshot.values).every(same)) return isNew;
  columns.at.splice(place, known ? 1 : 0, at);
  const names = new Set([...Object.keys(columns.series), ...Object.keys(snapshot.values)]);
  for (const name of names) {
    const column = (columns.series[name] ??= new Array(columns.at.length - (known ? 0 : 1)).fill(null));
    column.splice(place, known ? 1 : 0, snapshot.values[name]?.value ?? null);
  }
  return true;
}

// The latest of a snapshot: one that is known already is no news.
function mergeDivergence(divergences, json) {
  if (!json) return false;
  const latest = divergenceFrom(json);
  if (divergences.some(({ kind, confirmedAt }) => kind === latest.kind && confirmedAt === latest.confirmedAt)) return false;
  divergences.push(latest);
  return true;
}

// Columns read anew, with what was known before and after the span they cover.
export function joinColumns(known, read) {
  if (!read.at.length) return known;
  const before = placeOfMoment(known.at, read.at[0]);
  const after = placeOfMoment(known.at, read.at.at(-1) + 1);
  const joined = (old, fresh) => [...old.slice(0, before), ...fresh, ...old.slice(after)];
  const names = new Set([...Object.keys(known.series), ...Object.keys(read.series)]);
  const columnOf = (columns, name) => columns.series[name] ?? new Array(columns.at.length).fill(null);
  const series = [...names].map((name) => [name, joined(columnOf(known, name), columnOf(read, name))]);
  const [from, to] = [read.at[0], read.at.at(-1)];
  const others = known.divergences.filter(({ confirmedAt }) => confirmedAt < from || confirmedAt > to);
  const divergences = [...others, ...read.divergences].sort((one, other) => one.confirmedAt - other.confirmedAt);
  return { at: joined(known.at, read.at), series: Object.fromEntries(series), divergences };
}
