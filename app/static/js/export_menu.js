// The menu that saves what is on the screen: a line for each table, a button for each kind of file.

import { saveAnswer } from "./downloads.js";
import { showToast } from "./toast.js";

const FORMATS = { csv: "CSV", json: "JSON", parquet: "Parquet" };

const menu = () => document.getElementById("export");

// tables: [{text, address()}]; address gives [path, query], or null while there is nothing. Returns the actions.
export function wireExport(tables) {
  menu().querySelector("[data-part='tables']").replaceChildren(...tables.map(line));
  menu().addEventListener("keydown", (event) => event.key === "Escape" && close(event));
  document.addEventListener("pointerdown", (event) => menu().contains(event.target) || (menu().open = false));
  const open = { keys: ["e"], text: "Export what is on the screen", run: openMenu };
  return [open, ...tables.flatMap((table) => Object.keys(FORMATS).map((format) => commandOf(table, format)))];
}

function openMenu() {
  menu().open = true;
  menu().querySelector("button").focus();
}

function close(event) {
  event.stopPropagation();
  menu().open = false;
  menu().querySelector("summary").focus();
}

function line(table) {
  const row = document.createElement("div");
  const name = document.createElement("span");
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", table.text);
  name.textContent = table.text;
  row.append(name, ...Object.keys(FORMATS).map((format) => button(table, format)));
  return row;
}

function button(table, format) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "chip";
  element.textContent = FORMATS[format];
  element.dataset.format = format;
  element.addEventListener("click", async () => {
    element.disabled = true;
    await save(table, format);
    element.disabled = false;
    element.focus();
  });
  return element;
}

function commandOf(table, format) {
  return { text: `Export ${table.text.toLowerCase()} as ${FORMATS[format]}`, run: () => save(table, format) };
}

async function save(table, format) {
  const asked = table.address();
  if (!asked) {
    showToast("There is nothing to export yet.");
    return;
  }
  try {
    await saveAnswer(asked[0], { ...asked[1], format }, { title: table.text });
  } catch (error) {
    showToast(`${table.text} could not be exported: ${error.message}`, { kind: "bad" });
  }
}
