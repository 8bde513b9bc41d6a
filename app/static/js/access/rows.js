// Rows of the Access page: tokens, sign-ins, and the audit log.

import * as format from "../format.js";

const BROWSERS = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]];
const SYSTEMS = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS", "macOS"], ["Linux", "Linux"]];

export function tokenRow(token, zone, revoke) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  button.textContent = "Revoke";
  button.setAttribute("aria-label", `Revoke ${token.name}`);
  button.addEventListener("click", () => revoke(token, button));
  const ends = token.expires_at ? dayOf(token.expires_at, zone) : "–";
  const used = token.last_used_at ? momentOf(token.last_used_at, zone) : "never";
  const row = rowOf([token.name, token.can_change ? "read and change" : "read", dayOf(token.made_at, zone), ends, used]);
  row.append(cell(button));
  return row;
}

export function signInRow(signIn, zone) {
  const name = browserName(signIn.browser) + (signIn.is_own ? " (this one)" : "");
  const row = rowOf([name, signIn.address || "this machine", momentOf(signIn.signed_in_at, zone), momentOf(signIn.seen_at, zone)]);
  row.firstChild.title = signIn.browser;
  return row;
}

export function auditRow(entry, zone) {
  const what = entry.target && entry.target !== entry.action ? `${entry.action.split(" ")[0]} ${entry.target}` : entry.action;
  const outcome = entry.left_out ? `${entry.outcome} (${entry.status}; ${format.count(entry.left_out)} more refused before)` : `${entry.outcome} (${entry.status})`;
  const row = rowOf([format.moment(Date.parse(entry.at), zone, { seconds: true }), entry.who, entry.address, what, entry.details, outcome]);
  row.children[4].className = "details";
  row.lastChild.dataset.outcome = entry.outcome;
  return row;
}

// "Firefox on Linux": of what a browser says of itself, what a person tells it by.
export function browserName(agent) {
  const find = (table) => table.find(([sign]) => agent.includes(sign))?.[1];
  const browser = find(BROWSERS) ?? (agent.split(/[\s/]/)[0] || "Unknown");
  const system = find(SYSTEMS);
  return system ? `${browser} on ${system}` : browser;
}

function rowOf(texts) {
  const row = document.createElement("tr");
  row.append(...texts.map((text) => cell(document.createTextNode(text))));
  return row;
}

function cell(content) {
  const found = document.createElement("td");
  found.append(content);
  return found;
}

function momentOf(text, zone) {
  return format.moment(Date.parse(text), zone);
}

function dayOf(text, zone) {
  return momentOf(text, zone).slice(0, 10);
}
