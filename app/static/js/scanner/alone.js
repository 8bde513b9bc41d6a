// The pair beside the table when it is not among the rows that are here: of a large scan the server
// sends the first rows of what passes, so that another order or filter takes it out of them.

import { shortNames } from "../correlation/cells.js";
import { pairOf } from "./answers.js";
import { prepared } from "./rows.js";

export class PairAlone {
  constructor(onFound) {
    this.onFound = onFound;
    this.asked = ""; // the scan and the pair that were asked for last
    this.row = null;
  }

  // The row of the chosen pair, or what is known of it until its answer comes; null: there is none.
  rowOf(choice, scan, rows) {
    const { selected } = choice;
    const here = rows.find(({ id }) => id === selected);
    if (here || !selected || !scan.isLarge) this.row = here ?? null;
    else this.#ask(choice, scan);
    return this.row?.id === selected ? this.row : null;
  }

  async #ask(choice, { computed_at: computedAt, symbols }) {
    const wanted = `${computedAt} ${choice.selected}`;
    if (wanted === this.asked) return;
    this.asked = wanted;
    try {
      const row = await pairOf(choice);
      if (this.asked !== wanted || row === undefined) return;
      [this.row = null] = prepared(row ? [row] : [], shortNames(symbols));
      this.onFound();
    } catch {
      // What is known stays; the next scan asks again.
    }
  }
}
