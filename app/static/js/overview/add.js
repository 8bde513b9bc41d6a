// The box that adds a symbol: search among what the exchange offers, Enter or a click takes one.

import { getJson } from "../api.js";
import { showToast } from "../toast.js";
import { capture } from "../watchlist.js";
import { matching } from "./matching.js";

const SHOWN = 8;

export function wireAdd({ isWatched }) {
  const input = document.getElementById("add-input");
  const list = document.getElementById("add-matches");
  let offered = null; // asked for when the box is first used
  let chosen = 0;

  async function look() {
    try {
      offered ??= (await getJson("/api/instruments")).filter((each) => each.status === "TRADING").map((each) => each.symbol);
    } catch (error) {
      showToast(`What the exchange offers could not be read: ${error.message}`, { kind: "bad" });
      return;
    }
    chosen = 0;
    draw();
  }

  function matches() {
    return matching(offered ?? [], input.value, isWatched).slice(0, SHOWN);
  }

  function draw() {
    const found = matches();
    const wanted = Boolean(input.value.trim());
    list.replaceChildren(...(found.length ? found.map(option) : [nothing()]));
    list.hidden = !offered || document.activeElement !== input || (!wanted && !found.length);
    input.setAttribute("aria-expanded", String(!list.hidden));
    if (found.length) input.setAttribute("aria-activedescendant", `add-match-${chosen}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function option(symbol, place) {
    const item = document.createElement("li");
    item.id = `add-match-${place}`;
    item.role = "option";
    item.textContent = symbol;
    item.setAttribute("aria-selected", String(place === chosen));
    // Before the box loses the focus and the list goes.
    item.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      add(symbol);
    });
    return item;
  }

  function nothing() {
    const item = document.createElement("li");
    item.className = "faint";
    const text = input.value.trim().toUpperCase();
    if (!text) item.textContent = "All that the exchange offers is on the list.";
    else item.textContent = isWatched(text) ? `${text} is on the list.` : "The exchange offers no such symbol.";
    return item;
  }

  function add(symbol) {
    input.value = "";
    input.blur();
    capture(symbol);
  }

  input.addEventListener("focus", look);
  input.addEventListener("input", look);
  input.addEventListener("blur", () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  });
  input.addEventListener("keydown", (event) => {
    const found = matches();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      event.preventDefault();
      chosen = (chosen + step + found.length) % found.length;
      draw();
    }
    if (event.key === "Enter" && found[chosen]) add(found[chosen]);
    if (event.key === "Escape") {
      input.value = "";
      input.blur();
    }
  });
}
