// The address of the Market page says what is on the screen; Back shows what it says.

import { atMostEvery } from "../paint.js";
import { choicesIn, linkOf } from "./link.js";

const LINK_MS = 500; // between two changes of the address while the chart is moved

export class Address {
  // shown(): what linkOf takes; onBack(choices)
  constructor(shown, onBack) {
    this.shown = shown;
    this.keepSoon = atMostEvery(LINK_MS, () => this.keep());
    addEventListener("popstate", () => onBack(choicesIn(location.search)));
  }

  // What is shown has changed.
  keep() {
    window.history.replaceState(null, "", linkOf(this.shown()));
  }

  // Something else is shown, from which Back leads here.
  leave() {
    window.history.pushState(null, "", linkOf(this.shown()));
  }
}
