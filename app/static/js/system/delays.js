// The latency strip: how long after the trade each step is done, over all symbols and screens of the last minute.

import * as format from "../format.js";

export const STEPS = [
  ["received", "Received", "The trade has arrived at the stream process"],
  ["stored", "Stored", "It is in the database's journal"],
  ["sent", "Published", "Its price was sent to the pages that watch it"],
  ["drawn", "Drawn", "It stands on the screen, as all open pages tell"],
];
const SHARES = ["p50", "p95", "p99"];
const WIDEST = 100; // per cent

export function drawDelays(body, delays) {
  const largest = Math.max(...STEPS.map(([step]) => delays[step].p99 ?? 0), 1);
  body.replaceChildren(...STEPS.map((step) => row(step, delays[step[0]], largest)));
}

function row([step, name, title], shares, largest) {
  const line = document.createElement("tr");
  const head = document.createElement("th");
  line.dataset.step = step;
  head.scope = "row";
  head.textContent = name;
  head.title = title;
  const cells = SHARES.map((share) => {
    const cell = document.createElement("td");
    cell.className = "number";
    cell.textContent = format.duration(shares[share]);
    return cell;
  });
  line.append(head, ...cells, bar(shares, largest));
  return line;
}

// Up to the median in full, up to the 95th per cent fainter.
function bar(shares, largest) {
  const cell = document.createElement("td");
  const meter = document.createElement("meter");
  cell.className = "strip";
  meter.min = 0;
  meter.max = WIDEST;
  meter.value = shares.p95 === null ? 0 : Math.max(1, (WIDEST * shares.p95) / largest);
  meter.setAttribute("aria-label", `95 of 100 within ${format.duration(shares.p95)}`);
  cell.append(meter);
  return cell;
}
