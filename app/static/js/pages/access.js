// Access: tokens of programs, who is signed in, what was changed. This file only wires.

import { auditRow, signInRow, tokenRow } from "../access/rows.js";
import { getJson, sendJson } from "../api.js";
import { onSubmit } from "../forms.js";
import { currentZone, followDelay, onZone, startFrame } from "../frame.js";
import { hideState, showState } from "../states.js";
import { showToast } from "../toast.js";

const PAGE = 50;
const element = (id) => document.getElementById(id);
let access = null;
let entries = [];

startFrame();
followDelay();
onZone(draw);
onSubmit(element("token-form"), makeToken);
element("end-others").addEventListener("click", endOthers);
element("older").addEventListener("click", () => loadAudit(entries.at(-1)?.at));
load();
loadAudit();

async function load() {
  try {
    access = await getJson("/api/access");
    draw();
  } catch (error) {
    const failed = { title: "Who may come in could not be read", text: error.message, kind: "bad", retry: load };
    showState(element("tokens-state"), failed);
    hideState(element("sign-ins-state"));
  }
}

async function loadAudit(before = null) {
  try {
    const found = await getJson("/api/audit", { limit: PAGE, before });
    entries = before ? [...entries, ...found.entries] : found.entries;
    element("older").hidden = !found.older;
    drawAudit();
  } catch (error) {
    showState(element("audit-state"), { title: "The log could not be read", text: error.message, kind: "bad", retry: () => loadAudit(before) });
  }
}

function draw() {
  drawAudit();
  if (!access) return;
  const zone = currentZone();
  fill("tokens", access.tokens.map((token) => tokenRow(token, zone, revoke)), "No program has a token.");
  const nobody = access.sign_in_required ? "Nobody is signed in." : "No sign-in is asked for on this machine.";
  fill("sign-ins", access.sign_ins.map((signIn) => signInRow(signIn, zone)), nobody);
  element("end-others").hidden = access.sign_ins.filter((signIn) => !signIn.is_own).length === 0;
}

function drawAudit() {
  fill("audit", entries.map((entry) => auditRow(entry, currentZone())), "Nothing was changed yet.");
}

function fill(name, rows, emptyTitle) {
  element(name).replaceChildren(...rows);
  const state = element(`${name}-state`);
  if (rows.length) hideState(state);
  else showState(state, { title: emptyTitle });
}

async function makeToken(form) {
  const given = new FormData(form);
  const body = { name: given.get("name").trim(), can_change: !given.has("read_only") };
  if (given.get("days")) body.days = Number(given.get("days"));
  const made = await change("POST", "/api/tokens", body, "The token could not be made");
  if (!made) return;
  element("new-token-text").textContent = made.token;
  element("new-token").hidden = false;
  form.reset();
}

async function revoke(token, button) {
  button.disabled = true;
  const done = await change("DELETE", `/api/tokens/${encodeURIComponent(token.name)}`, null, `${token.name} could not be revoked`);
  if (done) showToast(`${token.name} opens nothing any more.`);
  else button.disabled = false;
}

async function endOthers() {
  const done = await change("DELETE", "/api/sign_ins", null, "The others could not be signed out");
  if (done) showToast(done.ended === 1 ? "One other browser was signed out." : `${done.ended} other browsers were signed out.`);
}

async function change(method, path, body, failed) {
  try {
    const done = await sendJson(method, path, body);
    await Promise.all([load(), loadAudit()]);
    return done;
  } catch (error) {
    showToast(`${failed}: ${error.message}`, { kind: "bad" });
    return null;
  }
}
