// By which column the watch-list is sorted, as it was left; null: in the order the symbols were added.

import { choice, keepChoice } from "../choices.js";

const AS_ADDED = "added";

export function keptOrder() {
  const field = choice("watchlist_order", AS_ADDED);
  return field === AS_ADDED ? null : { field, descending: choice("watchlist_descending", false) };
}

export function keepOrder(order) {
  keepChoice("watchlist_order", order?.field ?? AS_ADDED);
  keepChoice("watchlist_descending", order?.descending ?? false);
}
