// Numbers and times as text; nothing else formats them. What is unknown is a dash.

export const DASH = "–";
const THIN_SPACE = "\u202f"; // no line breaks at it, nor at the next
const NO_BREAK = "\u00a0";
const MINUS = "\u2212";
const UNITS = { mb: "MB", gb: "GB", ms: "ms", seconds: "s", percent: "%" };
const YES_OR_NO = new Set(["connected", "book_connected"]);
const DAY_MS = 86_400_000;

// Digits after the point that a step allows: "0.01000000" has 2.
export function decimalsOf(step) {
  const [, fraction = ""] = String(step ?? "").split(".");
  const kept = fraction.replace(/0+$/, "");
  return step === null || step === undefined ? null : kept.length;
}

export function price(value, decimals = null) {
  if (!isNumber(value)) return DASH;
  return grouped(value, decimals ?? decimalsBySize(value));
}

export function percent(ratio, digits = 2) {
  if (!isNumber(ratio)) return DASH;
  const text = grouped(Math.abs(ratio) * 100, digits);
  if (Number(text.replaceAll(THIN_SPACE, "")) === 0) return `${text}${THIN_SPACE}%`;
  return `${ratio < 0 ? MINUS : "+"}${text}${THIN_SPACE}%`;
}

// 1234 -> 1.23k, 3.1M, 4.5B.
export function compact(value) {
  if (!isNumber(value)) return DASH;
  const size = Math.abs(value);
  const [divisor, unit] = size >= 1e9 ? [1e9, "B"] : size >= 1e6 ? [1e6, "M"] : size >= 1e3 ? [1e3, "k"] : [1, ""];
  const scaled = value / divisor;
  const digits = Math.abs(scaled) >= 100 ? 0 : Math.abs(scaled) >= 10 ? 1 : 2;
  return `${grouped(scaled, unit ? digits : Math.min(digits + 1, 3))}${unit}`;
}

export function quantity(value, decimals = null) {
  if (!isNumber(value)) return DASH;
  return grouped(value, decimals ?? (value >= 1000 ? 1 : value >= 1 ? 3 : 5));
}

export function count(value) {
  return isNumber(value) ? grouped(value, 0) : DASH;
}

// A figure of unknown kind: as many digits as say something.
export function figure(value) {
  if (!isNumber(value)) return typeof value === "string" ? value : DASH;
  if (Number.isInteger(value)) return grouped(value, 0);
  return grouped(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 1 : 3);
}

// A figure whose name carries its unit: memory_mb 88.4 -> ["Memory", "88.4 MB"],
// stored_after_ms_p99 12 -> ["Stored after, p99", "12 ms"], trades_per_second 61 -> ["Trades", "61 /s"].
export function namedFigure(name, value) {
  const [, bare, percentile] = /^(.*?)(?:_(p\d+))?$/.exec(name);
  const rate = bare.endsWith("_per_second");
  const words = bare.replace(/_per_second$/, "").split("_");
  const place = words.findIndex((word) => word in UNITS);
  const unit = rate ? "/s" : place > 0 ? UNITS[words.splice(place, 1)[0]] : "";
  const text = words.join(" ");
  const title = `${text[0].toUpperCase()}${text.slice(1)}${percentile ? `, ${percentile}` : ""}`;
  if (YES_OR_NO.has(name)) return [title, value ? "yes" : "no"];
  return [title, isNumber(value) && unit ? `${figure(value)}${THIN_SPACE}${unit}` : figure(value)];
}

// A ratio without a unit, to so many digits.
export function ratio(value, digits = 4) {
  return isNumber(value) ? grouped(value, digits) : DASH;
}

// 0.041 s -> 41 ms; 75 s -> 1 min 15 s.
export function duration(ms) {
  if (!isNumber(ms)) return DASH;
  const sign = ms < 0 ? MINUS : "";
  const size = Math.abs(ms);
  if (size < 1_000) return sign + withUnit(Math.round(size), "ms");
  if (size < 60_000) return sign + withUnit((size / 1_000).toFixed(size < 10_000 ? 1 : 0), "s");
  if (size < 3_600_000) return sign + parts(size, 60_000, "min", 1_000, "s");
  if (size < DAY_MS) return sign + parts(size, 3_600_000, "h", 60_000, "min");
  return sign + parts(size, DAY_MS, "d", 3_600_000, "h");
}

// Milliseconds to add to UTC so that UTC's own words read as the wanted zone's.
export function zoneShiftMs(ms, zone) {
  return zone === "local" ? -new Date(ms).getTimezoneOffset() * 60_000 : 0;
}

export function clock(ms, zone = "utc", { fraction = false } = {}) {
  if (!isNumber(ms)) return DASH;
  const text = new Date(ms + zoneShiftMs(ms, zone)).toISOString();
  return text.slice(11, fraction ? 23 : 19);
}

export function moment(ms, zone = "utc", { seconds = false } = {}) {
  if (!isNumber(ms)) return DASH;
  const text = new Date(ms + zoneShiftMs(ms, zone)).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, seconds ? 19 : 16)}`;
}

// The time of day; the date as well, where that is not today's.
export function when(ms, zone, now, { seconds = false } = {}) {
  const text = moment(ms, zone, { seconds });
  if (text === DASH) return DASH;
  return text.slice(0, 10) === moment(now, zone).slice(0, 10) ? text.slice(11) : text;
}

export function zoneName(zone) {
  return zone === "local" ? "Local" : "UTC";
}

function grouped(value, digits) {
  const [whole, fraction] = Math.abs(value).toFixed(digits).split(".");
  const text = whole.replace(/\B(?=(\d{3})+$)/g, THIN_SPACE) + (fraction ? `.${fraction}` : "");
  return value < 0 && Number(Math.abs(value).toFixed(digits)) !== 0 ? MINUS + text : text;
}

function decimalsBySize(value) {
  const size = Math.abs(value);
  if (size === 0 || size >= 100) return 2;
  return size >= 1 ? 4 : Math.min(10, 4 - Math.floor(Math.log10(size)) - 1);
}

function parts(ms, large, largeUnit, small, smallUnit) {
  const whole = Math.floor(ms / large);
  const rest = Math.floor((ms % large) / small);
  return rest ? `${withUnit(whole, largeUnit)} ${withUnit(rest, smallUnit)}` : withUnit(whole, largeUnit);
}

function withUnit(number, unit) {
  return `${number}${NO_BREAK}${unit}`;
}

function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}
