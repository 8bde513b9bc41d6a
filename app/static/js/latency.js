// Where the time goes between a trade on the exchange and this screen.

import { serverNow } from "./live.js";

const KEPT = 200;
const REPORTED = 20; // at most, of one turn
const CURRENT_MS = 10_000;
const STEP_MS = 5; // finer is noise

export class Latency {
  constructor(source) {
    this.replayed = source === "REPLAY"; // the trades are of another day: counted from their arrival here
    this.samples = [];
    this.newestAt = null;
    this.unreported = [];
  }

  // Note a live quote at the moment it is drawn.
  note(quote, message) {
    if (!quote.traded_at || !quote.received_at) return;
    const [traded, received, sent] = [quote.traded_at, quote.received_at, message.sent_at].map(Date.parse);
    const drawn = serverNow();
    this.newestAt = drawn;
    this.samples.push({
      at: drawn,
      captured: this.replayed ? null : received - traded,
      sent: sent - received,
      drawn: drawn - sent,
      whole: drawn - (this.replayed ? received : traded),
    });
    if (this.samples.length > KEPT) this.samples.shift();
    this.unreported.push(this.samples.at(-1).whole);
    if (this.unreported.length > REPORTED) this.unreported.shift();
  }

  // The delays since the last turn, for the server, which tells of all screens.
  takeUnreported() {
    return this.unreported.splice(0);
  }

  quantile(stage, share) {
    const values = this.samples.map((sample) => sample[stage]).filter((value) => value !== null);
    if (!values.length) return null;
    values.sort((a, b) => a - b);
    return values[Math.min(values.length - 1, Math.floor(share * values.length))];
  }

  // The median of the last seconds, in round steps: one late message must not make the figure jump.
  get current() {
    const since = (this.newestAt ?? 0) - CURRENT_MS;
    const last = this.samples.filter((sample) => sample.at >= since).map((sample) => sample.whole).sort((a, b) => a - b);
    return last.length ? rounded(last[last.length >> 1]) : null;
  }
}

function rounded(ms) {
  return Math.abs(ms) < 2 * STEP_MS ? Math.round(ms) : Math.round(ms / STEP_MS) * STEP_MS;
}
