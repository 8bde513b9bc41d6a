// The columns of the scanner: what each is called, shows and means. Pure.

import * as format from "../format.js";

export const VERDICTS = {
  confirmed: "confirmed",
  found: "found",
  not_held: "did not hold",
  by_luck: "luck",
  none: "none",
  untestable: "no test",
};

const RANKS = Object.keys(VERDICTS);

// text(row, bar length in ms), sort: what is sorted by, first: descending at the first click.
export const COLUMNS = [
  { name: "pair", title: "Pair", fixed: true, text: (row) => `${row.names[0]} / ${row.names[1]}`, sort: (row) => `${row.y} ${row.x}`, words: "y / x: y explained by x, log prices" },
  { name: "verdict", title: "Verdict", text: (row) => VERDICTS[row.verdict], sort: (row) => RANKS.indexOf(row.verdict), words: "What the numbers come to" },
  { name: "zscore", title: "z", number: true, first: true, text: (row) => signed(row.zscore, 2), sort: (row) => size(row.zscore), words: "Spread against its last 60 bars, at the last bar; sorted by size" },
  { name: "spark", title: "z, last bars", words: "z over the last bars, with the hedge of today" },
  { name: "q_value", title: "q", number: true, text: (row) => chance(row.q_value), sort: (row) => row.q_value, words: "False discovery rate over all pairs tried (Benjamini-Hochberg)" },
  { name: "p_value", title: "p", number: true, text: (row) => chance(row.p_value), sort: (row) => row.p_value, words: "Engle-Granger, this direction" },
  { name: "other_p", title: "p reversed", number: true, text: (row) => chance(row.other_p), sort: (row) => row.other_p, words: "Engle-Granger, the other direction" },
  { name: "pair_p_value", title: "p of pair", number: true, hidden: true, text: (row) => chance(row.pair_p_value), sort: (row) => row.pair_p_value, words: "min(1, 2 min of both directions)" },
  { name: "statistic", title: "t", number: true, hidden: true, text: (row) => signed(row.statistic, 3), sort: (row) => row.statistic, words: "Engle-Granger's statistic" },
  { name: "half_life", title: "Half-life", number: true, text: (row, ms) => (row.half_life === null ? format.DASH : format.duration(row.half_life * ms)), sort: (row) => row.half_life, words: "Time until half of a deviation is gone; a dash: it does not revert" },
  { name: "beta", title: "Beta", number: true, text: (row) => format.ratio(row.beta, 3), sort: (row) => row.beta, words: "Hedge ratio, least squares on log prices" },
  { name: "rest_p_value", title: "p later", number: true, text: (row) => chance(row.rest_p_value), sort: (row) => row.rest_p_value, words: "Of pairs found in the first two thirds: Dickey-Fuller on the rest, with the hedge of the first part. Confirmed at 0.025 (each direction is a look), if the mean stayed within a deviation" },
  { name: "quote_volume", title: "Volume 24 h", number: true, first: true, text: (row) => format.compact(row.quote_volume), sort: (row) => row.quote_volume, words: "Of the less traded symbol, in the quote asset" },
  { name: "lags", title: "Lags", number: true, hidden: true, text: (row) => format.count(row.lags), sort: (row) => row.lags, words: "Lags of the test, by AIC" },
  { name: "n", title: "Bars", number: true, hidden: true, text: (row) => format.count(row.n), sort: (row) => row.n, words: "Bars both symbols have" },
];

export function chance(value) {
  if (value === null || value === undefined) return format.DASH;
  return value < 0.001 ? "<.001" : value.toFixed(3).replace(/^0/, "");
}

function signed(value, digits) {
  const text = format.ratio(value, digits);
  return value > 0 && Number(value.toFixed(digits)) !== 0 ? `+${text}` : text;
}

function size(value) {
  return value === null ? null : Math.abs(value);
}
