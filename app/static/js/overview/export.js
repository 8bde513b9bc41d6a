// What the Overview saves: its table, and the statistics of each minute of the last day, of one of the symbols on the screen.

import { wireExport } from "../export_menu.js";
import { serverNow } from "../live.js";

const DAY_MS = 86_400_000;

// shown(): the symbols on the screen; quotes(): what is known of all. Returns the actions.
export function wireMinutes(shown, quotes) {
  const select = choiceOf(shown);
  const address = () => {
    const symbol = select.value || shown()[0];
    return symbol ? ["/api/export/minutes", { symbol, start: lastDayFrom(quotes(), serverNow()) }] : null;
  };
  return wireExport([
    { text: "Watch-list", address: () => shown().length && ["/api/export/watchlist", {}] },
    { text: "Minutes of the last day", address },
  ]);
}

// A day before the newest trade: a replay's day may be long over. Pure.
export function lastDayFrom(quotes, now) {
  const traded = quotes.map((quote) => Date.parse(quote.traded_at)).filter(Number.isFinite);
  return new Date((traded.length ? Math.max(...traded) : now) - DAY_MS).toISOString();
}

// Filled when the menu opens, so that it offers what is shown then.
function choiceOf(shown) {
  const [menu, select, label] = [document.getElementById("export"), document.createElement("select"), document.createElement("label")];
  label.append("Symbol", select);
  menu.querySelector("[data-part='choice']").append(label);
  menu.addEventListener("toggle", () => {
    if (!menu.open) return;
    const before = select.value;
    const symbols = shown();
    select.replaceChildren(...symbols.map((symbol) => new Option(symbol)));
    if (symbols.includes(before)) select.value = before;
  });
  return select;
}
