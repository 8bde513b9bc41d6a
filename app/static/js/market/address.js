// The address of the Market page says what is on the screen; Back shows what it says.

import { atMostEvery } from "../paint.js";
import { choicesIn, linkOf } from "./link.js";

const LINK_MS = 500; // between two changes of the address while the chart is moved

export class Address {
  // shown(): what linkOf takes; onBack(choices): to be shown, which may take a while
  constructor(shown, onBack) {
    Object.assign(this, { shown, onBack, search: location.search, entry: 0 });
    this.keepSoon = atMostEvery(LINK_MS, () => this.keep());
    addEventListener("popstate", () => this.cameBack());
  }

  // What is shown has changed.
  keep() {
    this.search = linkOf(this.shown());
    window.history.replaceState(null, "", this.search);
  }

  // Something else is shown, from which Back leads here.
  leave() {
    this.entry += 1;
    this.search = linkOf(this.shown());
    window.history.pushState(null, "", this.search);
  }

  async cameBack() {
    if (location.search === this.search) return; // to another part of the page
    const mine = (this.entry += 1);
    this.search = location.search;
    await this.onBack(choicesIn(this.search));
    if (mine === this.entry) this.keep(); // what is drawn over the bars stays as it is
  }
}
