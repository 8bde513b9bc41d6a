// What the palette offers: symbols, pairs, pages and commands, each with what it does.

import { allActions } from "../actions.js";
import { getJson } from "../api.js";
import { capture } from "../watchlist.js";

let instruments = null; // asked for once a page: the exchange offers thousands

// Pages and commands, at once.
export function actionEntries() {
  return allActions()
    .filter(({ inside }) => !inside)
    .map(({ text, keys, section, run }) => ({ kind: section === "Pages" ? "page" : "command", text, keys: keys[0], run }));
}

// Symbols and pairs, from the server; what cannot be read is named.
export async function marketEntries() {
  const failed = [];
  const read = (name, asked) => asked.catch((error) => void failed.push(`${name}: ${error.message}`));
  const [watched, pairs, offered] = await Promise.all([
    read("The watch-list", getJson("/api/watchlist")),
    read("The pairs", getJson("/api/pairs")),
    read("The symbols of the exchange", offeredSymbols()),
  ]);
  const symbols = watched?.symbols ?? [];
  const others = watched ? (offered ?? []).filter((symbol) => !symbols.includes(symbol)) : [];
  return { entries: [...symbols.map(symbolEntry), ...others.map(instrumentEntry), ...(pairs?.pairs ?? []).map(pairEntry)], failed };
}

async function offeredSymbols() {
  instruments ??= (await getJson("/api/instruments")).filter(({ status }) => status === "TRADING").map(({ symbol }) => symbol);
  return instruments;
}

function symbolEntry(symbol) {
  return { kind: "symbol", text: symbol, run: () => open(symbol) };
}

function instrumentEntry(symbol) {
  return { kind: "instrument", text: symbol, run: () => capture(symbol, { action: { text: "Open", run: () => open(symbol) } }) };
}

function pairEntry({ y, x }) {
  return { kind: "pair", text: `${y} / ${x}`, run: () => location.assign(`/pairs/${encodeURIComponent(y)}/${encodeURIComponent(x)}`) };
}

// On the Market page the timeframe stays.
function open(symbol) {
  const kept = document.body.dataset.page === "market" ? location.search : "";
  location.assign(`/market/${encodeURIComponent(symbol)}${kept}`);
}
