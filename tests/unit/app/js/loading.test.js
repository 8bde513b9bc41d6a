import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { BarHistory, MOST_BARS } from "../../../../app/static/js/market/loading.js";
import { noColumns } from "../../../../app/static/js/series.js";

const MINUTE = 60_000;
const json = (at, { is_final = true, trades = 5 } = {}) => ({ ts: new Date(at).toISOString(), open: 9, high: 11, low: 8, close: 10, volume: 1, trades, is_final });
const minutes = (from, to) => Array.from({ length: to - from }, (_, place) => json((from + place) * MINUTE));
const columns = { ts: [], series: {}, divergences: [] };

let asked = []; // addresses
let answers = {}; // path -> what it answers, or a function of the query

// The server and the socket, as far as a history needs them.
globalThis.fetch = async (address) => {
  const url = new URL(address, "http://server");
  asked.push(url);
  const found = answers[url.pathname];
  const body = await (typeof found === "function" ? found(url.searchParams) : found);
  return { status: body?.error ? 500 : 200, json: async () => body };
};
globalThis.io = () => ({ connected: false, on() {} });
globalThis.Plotly = {};
const { setInterval: every } = globalThis;
globalThis.setInterval = (...what) => every(...what).unref(); // the socket's clock does not keep the test alive

function historyOf(changes = {}) {
  const told = [];
  const history = { bars: [], columns: noColumns(), view: null, overlays: ["ema"], panes: [], timeframe: "1m", timeframeMs: MINUTE, follow: true, whole: null, past: false, ...changes };
  const note = (name) => (...what) => void told.push([name, what]);
  const loading = new BarHistory("BTCUSDT", history, Object.fromEntries(["onStart", "onShown", "onChange", "onColumns", "onSnapshot", "onFailed"].map((name) => [name, note(name)])));
  return { loading, history, told, names: () => told.map(([name]) => name) };
}

async function until(holds) {
  for (let look = 0; look < 500 && !holds(); look++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(holds());
}

beforeEach(() => {
  asked = [];
  answers = { "/api/ohlc": minutes(0, 3), "/api/indicators": columns };
});

test("who follows keeps no more than so many bars, and can look back for what went", async () => {
  answers["/api/ohlc"] = minutes(1_000, 1_000 + MOST_BARS);
  const { loading, history } = historyOf();
  await loading.start();
  loading.olderIsThere = false;
  loading.receiveBars({ closed: [json((1_000 + MOST_BARS) * MINUTE)], forming: json((1_001 + MOST_BARS) * MINUTE, { is_final: false }) });
  assert.equal(history.bars.length, MOST_BARS);
  assert.equal(history.bars[0].at, 1_002 * MINUTE);
  asked = [];
  await loading.loadOlder();
  assert.deepEqual(asked, []); // while the newest are followed there is no room for them
  history.follow = false;
  answers["/api/ohlc"] = minutes(642, 1_002);
  await loading.loadOlder();
  assert.equal(history.bars.length, MOST_BARS + 360);
  loading.receiveBars({ closed: [json((1_002 + MOST_BARS) * MINUTE)], forming: null });
  assert.equal(history.bars.length, MOST_BARS + 361);
});

test("older bars that come when others have gone are not put before a hole", async () => {
  const { loading, history } = historyOf({ follow: false });
  answers["/api/ohlc"] = minutes(1_000, 1_000 + MOST_BARS);
  await loading.start();
  answers["/api/ohlc"] = minutes(640, 1_000);
  const coming = loading.loadOlder();
  history.follow = true;
  loading.receiveBars({ closed: [json((1_000 + MOST_BARS) * MINUTE)], forming: null });
  await coming;
  assert.equal(history.bars[0].at, 1_001 * MINUTE);
});

test("a second try asks for what the first asked for", async () => {
  const { loading, told } = historyOf();
  answers["/api/ohlc"] = { error: { message: "away" } };
  const view = [0, 60 * MINUTE];
  await loading.start(view, { timeframe: "5m", past: true });
  const [, retry] = told.find(([name]) => name === "onFailed").slice(1)[0];
  const first = asked.map(String);
  assert.match(first.join(), /end=1970-01-01T01%3A00%3A00/);
  asked = [];
  answers["/api/ohlc"] = minutes(0, 3);
  await retry();
  assert.deepEqual(asked.map(String), first);
  assert.deepEqual([loading.history.view, loading.history.past], [view, true]);
});

test("a miss of the timeframe before does not take the place of one of this", async () => {
  const { loading, names } = historyOf();
  await loading.start();
  loading.missedAt = performance.now();
  loading.missed(); // waits two seconds
  await loading.start();
  loading.missedAt = -Infinity;
  asked = [];
  loading.missed();
  await until(() => asked.some(({ pathname }) => pathname === "/api/ohlc"));
  await until(() => names().at(-1) === "onColumns");
});

test("what is missed while the bars are being read is read again when they are there", async () => {
  const { loading } = historyOf();
  let arrive = null;
  answers["/api/ohlc"] = () => new Promise((resolve) => (arrive = () => resolve(minutes(0, 3))));
  const started = loading.start();
  loading.missed();
  await new Promise((resolve) => setTimeout(resolve, 20));
  arrive();
  answers["/api/ohlc"] = minutes(0, 4);
  await started;
  loading.missedAt = -Infinity;
  await until(() => loading.history.bars.length === 4);
});

test("what was missed of the whole is merged into it: nothing begins anew, and the zoom stays", async () => {
  const hours = (to) => ({ timeframe: "1h", step_seconds: 3_600, ts: minutes(0, to).map((_, place) => new Date(place * 60 * MINUTE).toISOString()), ...Object.fromEntries(["open", "high", "low", "close", "volume", "trades"].map((name) => [name, new Array(to).fill(5)])), is_final: new Array(to).fill(true) });
  const { loading, history, names } = historyOf();
  answers["/api/history"] = hours(4);
  const bar = (place) => ({ at: place * 60 * MINUTE, open: 5, high: 5, low: 5, close: 5, volume: 5, trades: 5, isFinal: true });
  const view = [0, 90 * MINUTE];
  await loading.start(view, { whole: { timeframe: "1h", stepMs: 60 * MINUTE, bars: [bar(0), bar(1), bar(2)], tail: null } });
  const before = names().length;
  loading.missed();
  await until(() => history.bars.length === 4);
  assert.deepEqual(names().slice(before, before + 1), ["onChange"]);
  assert.ok(!names().slice(before).includes("onStart"));
  assert.equal(history.view, view);
});
