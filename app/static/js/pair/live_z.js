// z between two bars: the newest hedge, mean and deviation, with the last trade of each symbol. Pure.

// analysis: as the API sends it; prices: {y, x}, null where no trade is known. null: there is no z.
export function liveZ(analysis, { y, x }) {
  const { mean, deviation } = analysis.spread;
  if (!(y > 0) || !(x > 0) || mean === null || !(deviation > 0)) return null;
  const spread = spreadOf(analysis.kind, analysis.hedge, y, x);
  return spread === null ? null : { spread, z: (spread - mean) / deviation };
}

function spreadOf(kind, { beta, intercept }, y, x) {
  if (kind === "ratio") return y / x;
  if (beta === null || intercept === null) return null;
  if (kind === "residual") return y - (intercept + beta * x);
  return Math.log(y) - (intercept + beta * Math.log(x));
}

// Where the price of each side is kept, and when the newest of them was traded.
export class LastPrices {
  constructor() {
    this.y = null;
    this.x = null;
    this.at = 0;
  }

  // Returns whether the price of that side changed.
  note(side, quote) {
    if (quote.price === null || quote.price === undefined) return false;
    const changed = this[side] !== quote.price;
    this[side] = quote.price;
    if (quote.traded_at) this.at = Math.max(this.at, Date.parse(quote.traded_at));
    return changed;
  }
}
