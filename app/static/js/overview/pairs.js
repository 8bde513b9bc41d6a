// The card of pairs: y explained by x, with the ratio of their last prices; added and removed here.

import { getJson, sendJson } from "../api.js";
import * as format from "../format.js";
import { onSubmit } from "../forms.js";
import { setText } from "../paint.js";
import { showToast } from "../toast.js";
import { pairIn } from "./matching.js";

const RETRY_MS = 3_000;

export function wirePairs({ watched, onCaptured }) {
  const list = document.getElementById("pairs");
  const form = document.getElementById("pair-add");
  const input = document.getElementById("pair-input");
  let ratios = []; // {y, x, cell}

  async function load() {
    try {
      draw((await getJson("/api/pairs")).pairs);
    } catch (error) {
      list.replaceChildren(words(`The pairs could not be read: ${error.message}`));
      setTimeout(load, RETRY_MS);
    }
  }

  function draw(pairs) {
    ratios = [];
    list.replaceChildren(...(pairs.length ? pairs.map(line) : [words("None yet. Type two symbols, the explained one first.")]));
  }

  function line({ y, x }) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const cell = document.createElement("span");
    const remove = document.createElement("button");
    const link = document.createElement("a");
    link.href = `/pairs/${encodeURIComponent(y)}/${encodeURIComponent(x)}`;
    link.textContent = link.title = `${y} / ${x}`;
    name.append(link);
    cell.className = "figure";
    cell.title = `Last price of ${y} in units of ${x}`;
    remove.type = "button";
    remove.className = "remove";
    remove.textContent = "×";
    remove.setAttribute("aria-label", `Remove the pair ${y} / ${x}`);
    remove.addEventListener("click", () => takeOff(y, x));
    item.append(name, cell, remove);
    ratios.push({ y, x, cell });
    return item;
  }

  async function change(doing, done, failed) {
    try {
      const answer = await doing();
      draw(answer.pairs);
      showToast(...done(answer));
      return answer;
    } catch (error) {
      showToast(`${failed}: ${error.message}`, { kind: "bad" });
      return null;
    }
  }

  async function add(y, x, position = null) {
    const answer = await change(
      () => sendJson("POST", "/api/pairs", { y, x, position }),
      ({ captured }) => [`${y} / ${x} is watched${captured.length ? `; ${captured.join(" and ")} is captured from now on` : ""}.`],
      `${y} / ${x} could not be added`,
    );
    if (answer?.captured.length) await onCaptured();
    return answer;
  }

  async function takeOff(y, x) {
    await change(
      () => sendJson("DELETE", `/api/pairs/${encodeURIComponent(y)}/${encodeURIComponent(x)}`),
      ({ position }) => [`${y} / ${x} is no longer watched.`, { action: { text: "Undo", run: () => add(y, x, position) } }],
      `${y} / ${x} could not be removed`,
    );
  }

  onSubmit(form, async () => {
    const pair = pairIn(input.value, watched());
    if (!pair) showToast("A pair is two symbols, like ETHUSDT/BTCUSDT.", { kind: "bad" });
    else if (await add(...pair)) input.value = "";
  });
  load();

  return {
    showRatios(priceOf) {
      for (const { y, x, cell } of ratios) setText(cell, format.price(priceOf(y) / priceOf(x)));
    },
  };
}

function words(text) {
  const item = document.createElement("li");
  item.className = "faint";
  item.textContent = text;
  return item;
}
