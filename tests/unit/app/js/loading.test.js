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
  const note = (name) => (what) => void told.push([name, what]);
  const loading = new BarHistory("BTCUSDT", history, Object.fromEntries(["onStart", "onShown", "onChange", "onColumns", "onSnapshot", "onFailed", "onWholeMissed"].map((name) => [name, note(name)])));
  return { loading, history, told, names: () => told.map(([name]) => name) };
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
