// The settings: one row of buttons for each choice, which acts at once and on every page opened after.

import { sendJson } from "./api.js";
import { choice, keepChoice, onChoice } from "./choices.js";
import { showToast } from "./toast.js";

export function openSettings() {
  document.getElementById("settings").showModal();
}

export function wireSettings() {
  document.getElementById("open-settings").addEventListener("click", openSettings);
  document.getElementById("forget-settings").addEventListener("click", forget);
  for (const group of document.querySelectorAll("#settings [data-setting]")) wireGroup(group);
}

function wireGroup(group) {
  const { setting } = group.dataset;
  const buttons = [...group.querySelectorAll("button")];
  const show = (value) => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === value));
  };
  for (const button of buttons) button.addEventListener("click", () => keepChoice(setting, button.value));
  onChoice(setting, show);
  show(choice(setting));
}

async function forget() {
  try {
    await sendJson("DELETE", "/api/settings");
    location.reload();
  } catch (error) {
    showToast(`The settings were not reset: ${error.message}`, { kind: "bad" });
  }
}
