// The figures on top of the Quality page: the whole in five numbers.

import * as format from "../format.js";
import { setText } from "../paint.js";

export const UNRESOLVED = new Set(["open", "filling", "failed"]);

export function isWhole(row) {
  const minutes = row.completeness?.["1m"];
  return Boolean(minutes && minutes.final >= minutes.expected && minutes.open_gaps === 0);
}

export function showShort(state, source) {
  const known = state.symbols.filter((row) => row.completeness);
  const whole = known.filter(isWhole).length;
  put("whole", known.length ? `${whole} of ${state.symbols.length}` : format.DASH, known.length ? "" : "not judged yet", known.length && whole < state.symbols.length ? "warn" : "");
  const open = state.gaps.filter((gap) => UNRESOLVED.has(gap.state));
  const trades = open.reduce((sum, gap) => sum + gap.size, 0);
  put("gaps", format.count(open.length), open.length ? `${format.count(trades)} trades may be missing` : "", open.length ? "warn" : "");
  showBars(state.symbols.map((row) => row.bar_check).filter(Boolean));
  const { stored_after_ms_p50: p50, stored_after_ms_p99: p99 } = state.lag;
  put("lag", `${format.duration(p50)} · ${format.duration(p99)}`, state.counted_since ? "" : "the stream is not running");
  showClock(state.clock, source);
}

function showBars(checks) {
  const compared = checks.reduce((sum, check) => sum + check.compared, 0);
  const differing = checks.reduce((sum, check) => sum + check.differing, 0);
  if (!compared) put("bars", format.DASH, "none compared yet");
  else put("bars", `${format.count(compared - differing)} of ${format.count(compared)}`, differing ? `${format.count(differing)} differ` : "", differing ? "bad" : "");
}

function showClock(clock, source) {
  if (source === "REPLAY") return put("clock", format.DASH, "a replay has a clock of its own");
  if (!clock) return put("clock", format.DASH, "not compared yet");
  const side = clock.offset_ms < 0 ? "behind" : "ahead";
  return put("clock", `${format.duration(Math.abs(clock.offset_ms))} ${side}`, `good to ${format.duration(clock.round_trip_ms / 2)}`);
}

function put(name, text, note, kind = "") {
  const element = document.getElementById(`short-${name}`);
  setText(element, text);
  element.dataset.kind = kind;
  setText(document.getElementById(`short-${name}-note`), note);
}
