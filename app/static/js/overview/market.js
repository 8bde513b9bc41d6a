// One line on the market as a whole: how closely its symbols move together, and how much.

import { getJson } from "../api.js";
import * as format from "../format.js";
import { watch } from "../live.js";
import { setText } from "../paint.js";

const TIMEFRAME = "1m";
const HOUR = 60; // returns
const DAY = 1_440;
const LOW = 0.75; // of the day's volatility
const HIGH = 1.33;

export function wireMarket() {
  const line = document.getElementById("market-line");

  async function load() {
    try {
      const [hour, day] = await Promise.all([HOUR, DAY].map((window) => getJson("/api/correlation", { tf: TIMEFRAME, window }, { accept: [200, 202] })));
      if (hour.task || day.task) return; // the next bar brings them
      setText(line, marketWords(hour, day));
      line.title = marketTitle(hour, day);
    } catch (error) {
      setText(line, error.message);
    }
  }

  watch(`correlation:${TIMEFRAME}`, {
    onState: ({ computed_at: at }) => (at ? load() : setText(line, "It takes 20 minutes of two symbols to compare them.")),
    onMissed: load,
  });
}

export function marketWords(hour, day) {
  if (hour.mean === null) return "No two symbols can be compared yet.";
  const before = day.mean === null ? "" : ` (24 h ${short(day.mean)})`;
  return `Mean correlation ${short(hour.mean)}${before} \u00b7 volatility ${volatilityWord(hour, day)}`;
}

export function volatilityWord({ volatility: now }, { volatility: usual }) {
  if (!now || !usual) return "not known";
  if (now / usual < LOW) return "low";
  return now / usual > HIGH ? "high" : "as usual";
}

function marketTitle(hour, day) {
  const share = (value) => (value === null ? format.DASH : `${format.ratio(100 * value, 3)} %`);
  return `Of every two symbols over the last hour; in brackets over the last day. A return of a minute deviates by ${share(hour.volatility)} over the hour and ${share(day.volatility)} over the day, the median of the symbols; low is less than ${LOW} of the day's, high more than ${HIGH} times.`;
}

function short(value) {
  return format.ratio(value, 2).replace(/^(\u2212?)0\./, "$1.");
}
