// Where the time goes between a trade on the exchange and this screen.

import { serverNow } from "./live.js";

const KEPT = 200;

export class Latency {
  constructor(source) {
    this.replayed = source === "REPLAY"; // the trades are of another day: counted from their arrival here
    this.samples = [];
    this.newestAt = null;
  }

  // Note a live quote at the moment it is drawn.
  note(quote, message) {
    if (!quote.traded_at || !quote.received_at) return;
    const [traded, received, sent] = [quote.traded_at, quote.received_at, message.sent_at].map(Date.parse);
    const drawn = serverNow();
    this.newestAt = drawn;
    this.samples.push({
      captured: this.replayed ? null : received - traded,
      sent: sent - received,
      drawn: drawn - sent,
      whole: drawn - (this.replayed ? received : traded),
    });
    if (this.samples.length > KEPT) this.samples.shift();
  }

  quantile(stage, share) {
    const values = this.samples.map((sample) => sample[stage]).filter((value) => value !== null);
    if (!values.length) return null;
    values.sort((a, b) => a - b);
    return values[Math.min(values.length - 1, Math.floor(share * values.length))];
  }

  // The median of the last few: one late message must not make the figure jump.
  get current() {
    const last = this.samples.slice(-15).map((sample) => sample.whole).sort((a, b) => a - b);
    return last.length ? last[last.length >> 1] : null;
  }
}
