// z of the last bars for the rows in sight. A large scan does not carry it for all of its rows: it is asked
// for when the table has come to rest, and again when there is a newer scan.

import { linesOf, symbolsOf } from "./answers.js";

const REST_MS = 400;
const MOST_SYMBOLS = 40; // of a scan whose rows have lines
const MOST_PAIRS = 40; // of one question

export class Lines {
  constructor(onFound, { ask = linesOf } = {}) {
    Object.assign(this, { onFound, ask });
    this.known = new Map(); // id of a row -> its line, be it of the scan before
    this.fresh = new Set(); // ids that are known, or were asked for, of this scan
    this.scan = "";
    this.timer = 0;
    this.isAsking = false;
  }

  // The line of a row, empty until it is known.
  of(row) {
    return row.zscores.length ? row.zscores : (this.known.get(row.id) ?? []);
  }

  // The rows in sight, of which scan: what is not known of them is asked for.
  want(rows, choice, scan) {
    if (scan.symbols.length <= MOST_SYMBOLS) return;
    this.#begin(choice, scan);
    clearTimeout(this.timer);
    const ids = someOf(rows.map(({ id }) => id).filter((id) => !this.fresh.has(id)));
    if (ids.length && !this.isAsking) this.timer = setTimeout(() => this.#learn(ids, choice), REST_MS);
  }

  #begin({ timeframe, window }, { computed_at: computedAt, symbols }) {
    const [scan, kind] = [`${timeframe} ${window} ${symbols} ${computedAt}`, `${timeframe} ${window}`];
    if (scan === this.scan) return;
    if (kind !== this.kind) this.known.clear();
    Object.assign(this, { scan, kind });
    this.fresh.clear();
  }

  async #learn(ids, choice) {
    const { scan } = this;
    this.isAsking = true;
    for (const id of ids) this.fresh.add(id);
    try {
      const found = await this.ask(choice, ids);
      if (scan === this.scan) for (const id of ids) this.known.set(id, found.get(id) ?? []);
    } catch {
      // Without a line; the next scan asks again.
    } finally {
      this.isAsking = false;
      this.onFound();
    }
  }
}

// As many of them, from the first on, as have few symbols.
export function someOf(ids) {
  let count = Math.min(ids.length, MOST_PAIRS);
  while (symbolsOf(ids.slice(0, count)).length > MOST_SYMBOLS) count -= 1;
  return ids.slice(0, count);
}
