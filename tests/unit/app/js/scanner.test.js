// What the Scanner lets pass, how it sorts, and what it says of luck.

import assert from "node:assert/strict";
import test from "node:test";

import { choiceFrom, exportQuery, searchOf, symbolsIn } from "../../../../app/static/js/scanner/choice.js";
import { chance, COLUMNS } from "../../../../app/static/js/scanner/columns.js";
import { Lines, someOf } from "../../../../app/static/js/scanner/lines.js";
import { chosen, luckWords, prepared, rowsOf, rowWords, untestedWords, visible } from "../../../../app/static/js/scanner/rows.js";

const MINUTE = 60_000;
const ALL = { filters: [], search: "", sort: "q_value", descending: false };

function row(y, x, fields) {
  return { y, x, p_value: 0.5, q_value: 0.9, pair_p_value: 1, zscore: 0, half_life: 20, quote_volume: 2e6, verdict: "none", beta: 1, ...fields };
}

const ROWS = prepared(
  [
    row("AUSDT", "BUSDT", { p_value: 0.001, other_p_value: 0.004, q_value: 0.02, zscore: -2.5 }),
    row("BUSDT", "AUSDT", { p_value: 0.004, other_p_value: 0.001, q_value: 0.02, zscore: 2.4, half_life: null }),
    row("AUSDT", "CUSDT", { p_value: null, q_value: null, zscore: null, half_life: 2, quote_volume: null }),
    row("CUSDT", "AUSDT", { half_life: 5_000, quote_volume: 10 }),
  ],
  { AUSDT: "A", BUSDT: "B", CUSDT: "C" },
);

function ids(choice) {
  return chosen(ROWS, { ...ALL, ...choice }, MINUTE).map(({ names }) => names.join(""));
}

test("columns become rows with their symbols and words", () => {
  const columns = { y: [1, 0], x: [0, 1], q_value: [0.1, null], verdict: ["none", "untestable"], reason: [null, "A is still"], zscores: [] };
  assert.deepEqual(rowsOf({ columns, symbols: ["A", "B"], words: { none: "No relation found." } }), [
    { y: "B", x: "A", zscores: [], q_value: 0.1, verdict: "none", reason: null, text: "No relation found." },
    { y: "A", x: "B", zscores: [], q_value: null, verdict: "untestable", reason: "A is still", text: "Not testable: A is still." },
  ]);
  assert.deepEqual(rowsOf({ columns: { ...columns, zscores: [[1, 2], [3, 4]] }, symbols: ["A", "B"], words: {} })[1].zscores, [3, 4]);
});

test("symbols that were not tested are counted, and the first says why", () => {
  assert.equal(untestedWords({ reasons: {} }), "");
  assert.equal(untestedWords({ reasons: { A: "A has no bars" } }), "; 1 symbol is not tested: A has no bars");
  assert.equal(untestedWords({ reasons: { A: "A has no bars", B: "B has no bars" } }), "; 2 symbols are not tested: A has no bars (and 1 more)");
});

test("each filter lets pass what it says, and nothing unknown", () => {
  assert.deepEqual(ids({ filters: ["q"] }), ["AB", "BA"]);
  assert.deepEqual(ids({ filters: ["z"] }), ["AB", "BA"]);
  assert.deepEqual(ids({ filters: ["half_life"] }), ["AB"]);
  assert.deepEqual(ids({ filters: ["liquid"] }), ["AB", "BA"]);
  assert.deepEqual(ids({ filters: ["q", "once"] }), ["AB"]);
  assert.deepEqual(ids({ search: " c" }), ["CA", "AC"]);
});

test("a column sorts either way, what is unknown last, z by its size", () => {
  assert.deepEqual(ids({ sort: "half_life" }), ["AC", "AB", "CA", "BA"]);
  assert.deepEqual(ids({ sort: "half_life", descending: true }), ["CA", "AB", "AC", "BA"]);
  assert.deepEqual(ids({ sort: "zscore", descending: true }), ["AB", "BA", "CA", "AC"]);
});

test("both directions stand in a row", () => {
  assert.equal(ROWS[0].other_p, 0.004);
  assert.equal(ROWS[3].other_p, null);
});

test("of a large scan it is told how many pass, and that only the first of them are here", () => {
  const [shown, rows, symbols] = [ROWS.slice(1), ROWS, Array.from({ length: 80 }, (_, place) => `S${place}`)];
  assert.equal(rowWords({ shown, rows, scan: { symbols, total: 4, isLarge: false } }), "3 of 4 rows");
  assert.equal(rowWords({ shown: rows, rows, scan: { symbols, total: 4, isLarge: true } }), "4 of 6\u202f320 rows");
  assert.equal(rowWords({ shown: rows, rows, scan: { symbols, total: 5_900, isLarge: true } }), "5\u202f900 of 6\u202f320 rows; the first 4 in this order are here");
});

test("luck is told beside what was found", () => {
  const luck = { pairs: 180, expected_by_luck: 9, found_before: 14, found_after: 3, confirmed: 1 };
  assert.equal(luckWords(luck), "180 pairs tested: 14 found before the correction, where luck alone gives about 9.0; 3 after it, 1 of them confirmed on later bars.");
  assert.equal(luckWords({ ...luck, pairs: 0 }), "No pair could be tested.");
});

test("a long list has few rows in the page, whatever the place", () => {
  assert.deepEqual(visible(5_000, { top: 0, height: 600, rowHeight: 30 }), [0, 32]);
  assert.deepEqual(visible(5_000, { top: 60_000, height: 600, rowHeight: 30 }), [1_988, 2_032]);
  assert.deepEqual(visible(10, { top: 9_000, height: 600, rowHeight: 30 }), [10, 10]);
  assert.deepEqual(visible(0, { top: 0, height: 600, rowHeight: 30 }), [0, 0]);
});

test("the link holds what differs from the first view, and gives it back", () => {
  const first = choiceFrom("", "1m");
  assert.equal(searchOf(first), "?tf=1m");
  const other = { ...first, timeframe: "5m", symbols: ["AUSDT", "BUSDT"], window: 400, leastVolume: 1e6, filters: ["q", "z"], search: "a", sort: "beta", descending: true };
  assert.deepEqual(choiceFrom(searchOf(other), "5m"), other);
  assert.deepEqual(choiceFrom("?sort=nothing&filters=x&window=5", "1m"), first);
  assert.deepEqual(symbolsIn(" ausdt, busdt;\nausdt"), ["AUSDT", "BUSDT"]);
});

test("a probability is short, and a dash where there is none", () => {
  assert.equal(chance(0.0321), ".032");
  assert.equal(chance(0.0002), "<.001");
  assert.equal(chance(1), "1.000");
  assert.equal(chance(null), "–");
});

test("every column that is shown has words for what it means", () => {
  for (const { title, words } of COLUMNS) assert.ok(title && words);
});

test("an export asks the server for the rows that are shown, in their order", () => {
  const choice = choiceFrom("?symbols=AUSDT,BUSDT&least_volume=5&filters=q,half_life,once&search= a &sort=zscore&order=desc", "5m");
  assert.deepEqual(exportQuery(choice), {
    tf: "5m",
    window: 1440,
    sort: "abs_zscore",
    order: "desc",
    symbols: "AUSDT,BUSDT",
    least_volume: 5,
    contains: "a",
    q_max: 0.05,
    half_life_min: 300,
    half_life_max: 86_400,
    once: true,
  });
  assert.deepEqual(exportQuery(choiceFrom("", "1m")), { tf: "1m", window: 1440, sort: "q_value", order: "asc" });
});

// A table at rest over a scan of so many symbols.
function linesOver(t, symbols) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const asked = [];
  const lines = new Lines(() => {}, {
    ask: async (choice, ids) => {
      asked.push(ids);
      return new Map(ids.map((id) => [id, [1, 2]]));
    },
  });
  const rest = async (rows, computed_at) => {
    lines.want(rows, { timeframe: "1m", window: 1_440 }, { symbols: Array(symbols).fill("S"), computed_at });
    t.mock.timers.tick(400);
    for (let left = 5; left; left--) await null;
  };
  return { asked, lines, rest };
}

const inSight = (...ids) => ids.map((id) => ({ id, zscores: [] }));

test("lines of a large scan are asked for once for the rows in sight, and again of a newer scan", async (t) => {
  const { asked, lines, rest } = linesOver(t, 60);
  await rest(inSight("A/B", "C/D"), 1);
  await rest(inSight("C/D", "E/F"), 1);
  assert.deepEqual(asked, [["A/B", "C/D"], ["E/F"]]);
  assert.deepEqual(lines.of(inSight("C/D")[0]), [1, 2]);
  assert.deepEqual(lines.of(inSight("G/H")[0]), []);
  await rest(inSight("C/D"), 2);
  assert.deepEqual(asked.at(-1), ["C/D"]);
});

test("a scan that carries its lines is not asked for them", async (t) => {
  const { asked, lines, rest } = linesOver(t, 40);
  await rest(inSight("A/B"), 1);
  assert.deepEqual(asked, []);
  assert.deepEqual(lines.of({ id: "A/B", zscores: [3] }), [3]);
});

test("at a time so many rows are asked for as have forty symbols", () => {
  const apart = Array.from({ length: 30 }, (_, place) => `Y${place}/X${place}`);
  assert.equal(someOf(apart).length, 20);
  assert.equal(someOf(Array.from({ length: 60 }, (_, place) => `Y/X${place % 39}`)).length, 40);
});
