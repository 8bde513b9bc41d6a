// The head of the Market page: price, changes, symbol switch, last trades.

import { getJson } from "../api.js";
import { drawWhole } from "../completeness.js";
import * as format from "../format.js";
import { currentZone, noteDrawn, onZone, setTitle } from "../frame.js";
import { watch } from "../live.js";
import { flash, oncePerFrame, setText } from "../paint.js";
import { onSymbolChosen } from "../symbol_choice.js";

const TRADES_SHOWN = 12;

export class Header {
  constructor(symbol, decimals, listener) {
    this.symbol = symbol;
    this.listener = listener;
    this.decimals = decimals.price;
    this.quantityDecimals = decimals.quantity;
    this.quote = null;
    this.message = null;
    this.drawnPrice = null;
    this.trades = [];
    this.priceElement = document.getElementById("last-price");
    this.drawSoon = oncePerFrame(() => this.draw());
  }

  start() {
    watch(`symbol:${this.symbol}`, { onState: (quote, message, isSnapshot) => this.receive(quote, isSnapshot ? null : message) });
    onZone(() => this.draw());
    // All rows at once: the card keeps its height while it fills.
    document.getElementById("trades").replaceChildren(...Array.from({ length: TRADES_SHOWN }, tradeRow));
    const select = document.getElementById("symbol");
    onSymbolChosen(select, () => this.leave(select.value));
    this.loadSymbols(select);
  }

  // Whether another symbol than this page's was chosen.
  leave(symbol) {
    if (symbol === this.symbol) return false;
    location.assign(`/market/${encodeURIComponent(symbol)}${location.search}`);
    return true;
  }

  async loadSymbols(select) {
    try {
      const rows = await getJson("/api/symbols");
      const names = new Set([...rows.map((row) => row.symbol), this.symbol]);
      select.replaceChildren(...[...names].map((name) => new Option(name, name, name === this.symbol, name === this.symbol)));
      const mine = rows.find((row) => row.symbol === this.symbol);
      if (mine && !this.quote) this.receive(mine, null);
      this.drawSoon();
    } catch {
      setTimeout(() => this.loadSymbols(select), 3_000); // the price comes live all the same
    }
  }

  receive(quote, message) {
    if (this.quote && quote.id !== null && quote.id < this.quote.id) return;
    if (quote.id !== null && quote.id !== this.quote?.id) {
      this.trades.unshift(quote);
      this.trades.length = Math.min(this.trades.length, TRADES_SHOWN);
    }
    this.quote = quote;
    this.message = message;
    this.drawSoon();
  }

  draw() {
    const { quote, priceElement } = this;
    if (!quote) return;
    const text = format.price(quote.price, this.decimals);
    setText(priceElement, text);
    if (quote.traded_at) priceElement.dataset.tradedAt = quote.traded_at;
    if (this.message) {
      const moved = quote.price - (this.drawnPrice ?? quote.price);
      if (moved) flash(priceElement, moved);
      noteDrawn(quote, this.message);
      this.message = null;
    }
    this.drawnPrice = quote.price;
    setTitle(`${text} ${this.symbol} · GemsCap`);
    change("change-1h", quote.change_1h);
    change("change-24h", quote.change_24h);
    setText(document.getElementById("volume-24h"), format.compact(quote.quote_volume_24h));
    drawWhole(document.getElementById("whole-dot"), quote.completeness, { symbols: [this.symbol], bars: "bars of the last day" });
    const traded = quote.traded_at ? Date.parse(quote.traded_at) : null;
    const zone = currentZone();
    setText(document.getElementById("as-of"), traded ? `Last trade ${format.moment(traded, zone, { seconds: true })} ${format.zoneName(zone)}` : "No trade captured yet");
    this.drawTrades(zone);
    this.listener.onPrice(quote.price);
  }

  drawTrades(zone) {
    const body = document.getElementById("trades");
    this.trades.forEach((trade, place) => {
      const [time, price, quantity] = body.rows[place].cells;
      setText(time, format.clock(Date.parse(trade.traded_at), zone));
      setText(price, format.price(trade.price, this.decimals));
      setText(quantity, format.quantity(trade.quantity, this.quantityDecimals));
      body.rows[place].classList.remove("empty");
      price.dataset.side = trade.side;
    });
  }
}

function tradeRow() {
  const row = document.createElement("tr");
  row.className = "empty";
  for (const name of ["figure", "number", "number"]) {
    const cell = document.createElement("td");
    cell.className = name;
    cell.textContent = "\u00a0";
    row.append(cell);
  }
  return row;
}

function change(id, value) {
  const element = document.getElementById(id);
  setText(element, format.percent(value));
  element.classList.toggle("up", value > 0);
  element.classList.toggle("down", value < 0);
}
