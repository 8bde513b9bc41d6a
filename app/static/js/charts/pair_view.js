// Which part of the time the panes of a pair show: everything, or what was zoomed to. Pure; in milliseconds.
// Plotly itself forgets a zoom when the range that it is given changes, as it does with each closed bar.

const ROOM_SHARE = 0.02; // of the window, right of the last bar
const NEAR_SHARE = 0.001; // of a range: two that differ by less are one

export class PairView {
  constructor() {
    this.key = null;
    this.first = null; // what a double click goes back to
    this.whole = null;
    this.zoomed = null;
  }

  // What to show of the time from the first bar to the last; under another key it is everything.
  rangeOf(key, first, last) {
    this.whole = [first, last + (last - first) * ROOM_SHARE];
    if (key !== this.key) {
      this.key = key;
      this.first = this.whole;
      this.zoomed = null;
    }
    return this.zoomed ?? this.whole;
  }

  // The user zoomed or moved to this, or back to everything; whether that shows another time than is right.
  note(range) {
    this.zoomed = isNear(range, this.whole) || isNear(range, this.first) ? null : range;
    return !this.zoomed && !isNear(range, this.whole);
  }
}

function isNear([from, to], [otherFrom, otherTo]) {
  const most = (to - from) * NEAR_SHARE;
  return Math.abs(from - otherFrom) <= most && Math.abs(to - otherTo) <= most;
}
