// Self-test: shows the last result and runs a new one. This file only wires.

import { getJson } from "../api.js";
import { wireExport } from "../export_menu.js";
import * as format from "../format.js";
import { currentZone, followDelay, onZone, startFrame } from "../frame.js";
import { setText } from "../paint.js";
import { showMark, showPairs } from "../selftest/findings.js";
import { luckRule, luckSentence, verdictOf } from "../selftest/words.js";
import { hideState, showState } from "../states.js";
import { words } from "../task_panel.js";
import { runTask } from "../tasks.js";

const AGAIN_MS = 60_000;
const element = (id) => document.getElementById(id);
let result = null;
let running = null; // AbortController of the run

startFrame({ actions: wireExport([{ text: "Findings", address: () => result && ["/api/export/self_test", {}] }]) });
followDelay();
onZone(draw);
element("run").addEventListener("click", run);
element("cancel").addEventListener("click", () => running?.abort());
load();

async function load() {
  try {
    result = (await getJson("/api/self_test")).result;
  } catch (error) {
    showState(element("state"), { title: "The self-test could not be read", text: error.message, kind: "bad", retry: load });
    return;
  }
  draw();
  if (!result || isEarly()) run(); // nobody has looked today, or only before there were bars
}

function isEarly() {
  return result.planted.some((pair) => !pair.findings.length) && Date.now() - Date.parse(result.computed_at) > AGAIN_MS;
}

async function run() {
  if (running) return;
  running = new AbortController();
  showRun(true);
  try {
    result = await runTask("self_test", {}, { onProgress: showProgress, signal: running.signal });
    draw();
  } catch (error) {
    failed(error);
  } finally {
    running = null;
    showRun(false);
  }
}

function failed(error) {
  if (result) draw();
  const cancelled = error.code === "cancelled";
  const title = cancelled ? "The self-test was cancelled" : "The self-test did not run";
  showState(element("state"), { title, text: cancelled ? "" : error.message, kind: cancelled ? "" : "bad", retry: result ? null : run });
}

function showRun(on) {
  element("progress").hidden = !on;
  element("run").disabled = on;
}

function showProgress(task) {
  const bar = element("progress-bar");
  if (task.total) {
    bar.max = task.total;
    bar.value = task.done;
  }
  setText(element("progress-text"), words(task));
}

function draw() {
  if (!result) return;
  const zone = currentZone();
  hideState(element("state"));
  setText(element("verdict"), verdictOf(result));
  setText(element("when"), `Computed ${format.moment(Date.parse(result.computed_at), zone)} ${format.zoneName(zone)}${result.seed === null ? "" : `, market of seed ${result.seed}`}.`);
  showPairs(element("pairs"), result.planted, zone);
  if (result.reason) showState(element("state"), { title: "Nothing planted here", text: result.reason });
  showLuck(result.false_positives);
}

function showLuck(luck) {
  const part = (name) => element("luck").querySelector(`[data-part="${name}"]`);
  showMark(part("mark"), luck.passed);
  setText(part("sentence"), luckSentence(luck));
  setText(part("rule"), luckRule(luck));
  Object.assign(part("meter"), { low: luck.low, high: luck.high, optimum: luck.level, value: luck.share });
  element("luck").hidden = false;
}
