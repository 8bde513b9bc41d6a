// Mid and spread in the head of the Market page, live; a dash before the first quote.

import * as format from "../format.js";
import { watch } from "../live.js";
import { oncePerFrame, setText } from "../paint.js";

const BASIS_POINTS = 10_000;

// The spread of a busy market is a small part of one.
function points(relative) {
  const value = relative * BASIS_POINTS;
  return format.ratio(value, value < 0.1 ? 4 : 2);
}

export function startBook(symbol, decimals) {
  const mid = document.getElementById("mid");
  const spread = document.getElementById("spread");
  if (!mid) return; // quotes are switched off
  let quote = null;
  const draw = oncePerFrame(() => {
    setText(mid, format.price(quote.mid, decimals === null ? null : decimals + 1)); // half a step is possible
    setText(spread, quote.mid ? `${format.price(quote.spread, decimals)} · ${points(quote.spread / quote.mid)} bp` : format.DASH);
    mid.title = quote.mid ? `Bid ${format.price(quote.bid, decimals)} × ${format.quantity(quote.bid_quantity)}, ask ${format.price(quote.ask, decimals)} × ${format.quantity(quote.ask_quantity)}` : "";
  });
  watch(`book:${symbol}`, {
    onState: (news) => {
      quote = news;
      draw();
    },
  });
}
