// Follows the numbers of one topic and notices what is missing.
// Two processes may write to one topic, so a number that comes late is no loss:
// what is missing is judged after a short while.

export class Sequence {
  constructor() {
    this.epoch = null;
    this.last = 0;
    this.missing = new Set();
  }

  // Begin at a snapshot; numbers up to its own are in it.
  startAt({ epoch, seq }) {
    this.epoch = epoch || null;
    this.last = seq;
    this.missing.clear();
  }

  // What a message means: "next", "late", "hole" (numbers before it are missing) or "epoch" (counters were lost).
  note({ epoch, seq }) {
    if (this.epoch === null) {
      // The snapshot came before the first message of all, which begins the count.
      this.epoch = epoch;
      this.last = seq;
      return "next";
    }
    if (epoch !== this.epoch) {
      this.startAt({ epoch, seq });
      return "epoch";
    }
    if (seq <= this.last) {
      this.missing.delete(seq);
      return "late";
    }
    const hole = seq > this.last + 1;
    for (let number = Math.max(this.last + 1, seq - 100); number < seq; number++) this.missing.add(number);
    this.last = seq;
    return hole ? "hole" : "next";
  }

  // Whether something noted as missing never came; asks once.
  takeMissing() {
    const any = this.missing.size > 0;
    this.missing.clear();
    return any;
  }
}
