// Import: a file is sent, looked into, and imported when that is wanted. This file only wires.

import { getJson, sendJson } from "../api.js";
import { onSubmit } from "../forms.js";
import { currentZone, followDelay, onZone, startFrame } from "../frame.js";
import { showLook } from "../import/look.js";
import { showImports } from "../import/rows.js";
import { sendFile } from "../import/send.js";
import { bytes, isOpen, tooLarge } from "../import/words.js";
import { hideState, showState } from "../states.js";
import { showToast } from "../toast.js";

const SOON_MS = 1_000; // while something is being imported
const LATER_MS = 10_000;
const element = (id) => document.getElementById(id);
const choice = element("look-choice");
let imports = null;
let largest = 0;
let look = null;
let isStarting = false; // its import was asked for, and there is no answer yet
let timer = 0;

startFrame();
followDelay();
onZone(() => {
  drawLook();
  draw();
});
load();
element("file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  event.target.value = ""; // the same one may be chosen again
  if (file) send(file);
});
for (const name of ["dragenter", "dragover", "dragleave", "drop"]) document.addEventListener(name, drag);
onSubmit(choice, lookAgain);
choice.elements.synthetic.addEventListener("change", lookAgain);
element("start").addEventListener("click", start);
element("discard").addEventListener("click", discard);

async function load() {
  clearTimeout(timer);
  try {
    ({ imports, largest_bytes: largest } = await getJson("/api/imports"));
    element("largest").textContent = `, up to ${bytes(largest)}`;
    draw();
  } catch (error) {
    if (!imports) showState(element("imports-state"), { title: "The imports could not be read", text: error.message, kind: "bad", retry: load });
  }
  clearTimeout(timer);
  timer = setTimeout(load, imports?.some(isOpen) ? SOON_MS : LATER_MS);
}

function draw() {
  if (!imports) return;
  showImports(imports, currentZone(), { show, cancel });
  if (imports.length) hideState(element("imports-state"));
  else showState(element("imports-state"), { title: "No file was imported yet", text: "Drop one above, or use make import." });
}

function drawLook() {
  if (look) showLook(look, currentZone());
  element("start").disabled = isStarting || Boolean(look?.obstacle);
}

function drag(event) {
  event.preventDefault();
  element("drop").classList.toggle("over", event.type === "dragenter" || event.type === "dragover");
  const file = event.type === "drop" ? event.dataTransfer.files[0] : null;
  if (file && element("sending").hidden) send(file);
}

async function send(file) {
  closeLook();
  const refused = tooLarge(file, largest);
  if (refused) return tell(refused);
  const sent = sendFile("/api/imports", file, { name: file.name }, (share) => showSent(file, share));
  showSent(file, 0);
  element("sending-stop").onclick = sent.stop;
  try {
    openLook(await sent.answer);
  } catch (error) {
    if (error.code !== "stopped") tell(error.message);
  }
  element("sending").hidden = true;
  load();
}

function showSent(file, share) {
  element("sending").hidden = false;
  element("sending-name").textContent = file.name;
  element("sending-bar").value = share;
  element("sending-text").textContent = share < 1 ? `${bytes(file.size * share)} of ${bytes(file.size)}` : "being looked into";
}

function openLook(news) {
  if (news.import.state !== "uploaded") {
    tell("");
    showToast(`${news.import.name} ${news.import.state === "done" ? "is imported already; it would add nothing" : "is being imported already"}.`);
    return;
  }
  look = news;
  drawLook();
  element("look").scrollIntoView({ block: "nearest" });
  element("look").focus({ preventScroll: true });
}

async function show(row) {
  closeLook();
  await attempt(async () => openLook(await getJson(`/api/imports/${row.id}`)));
}

function chosen() {
  const symbol = choice.elements.symbol.value.trim();
  return { ...(symbol && { symbol }), ...(choice.elements.synthetic.checked && { synthetic: true }) };
}

async function lookAgain() {
  await attempt(async () => {
    look = await getJson(`/api/imports/${look.import.id}`, chosen());
    drawLook();
  });
}

async function start() {
  isStarting = true;
  drawLook();
  const done = await attempt(() => sendJson("POST", `/api/imports/${look.import.id}/start`, chosen(), { accept: [202] }));
  isStarting = false;
  if (done) closeLook();
  else drawLook();
  load();
}

async function discard() {
  const { id } = look.import;
  closeLook();
  await attempt(() => sendJson("DELETE", `/api/imports/${id}`));
  load();
}

async function cancel(row, button) {
  button.disabled = true;
  if (look?.import.id === row.id) closeLook();
  const done = await attempt(() => sendJson("DELETE", `/api/imports/${row.id}`, null, { accept: [200, 202] }));
  if (!done) button.disabled = false;
  load();
}

async function attempt(run) {
  tell("");
  try {
    return (await run()) ?? true;
  } catch (error) {
    tell(error.message);
    return null;
  }
}

function closeLook() {
  look = null;
  choice.reset();
  element("look").hidden = true;
  tell("");
}

function tell(text) {
  element("problem").textContent = text;
  element("problem").hidden = !text;
}
