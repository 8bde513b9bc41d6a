// The heat map as a picture: its names, and its cells in the colours they have on the page.

import { font } from "./theme.js";

const NAMES = 76; // left of the cells
const TOP = 30;
const LEAST_WIDTH = 760; // has room for the head
const CELLS = { numbers: [64, 40], colours: [22, 22] };

// table: the heat map of the page. Returns {size, paint}.
export function heatmapPicture(table) {
  const [width, height] = CELLS[table.dataset.size];
  const rows = [...table.tBodies[0].rows];
  const upright = table.dataset.size === "numbers";
  const size = { width: Math.max(LEAST_WIDTH, NAMES + rows.length * width + 12), height: TOP + (upright ? 0 : NAMES) + rows.length * height + 12 };
  const top = TOP + (upright ? 0 : NAMES);
  const paint = (pen, palette) => {
    pen.textBaseline = "middle";
    rows.forEach((row, y) => {
      const name = row.querySelector("th").textContent;
      pen.font = `600 12px ${font()}`;
      pen.fillStyle = palette.muted;
      paintRowName(pen, name, top + (y + 0.5) * height);
      paintColumnName(pen, name, { x: NAMES + (y + 0.5) * width, y: top - 8, upright });
      [...row.querySelectorAll("td")].forEach((cell, x) => paintCell(pen, palette, { cell, box: [NAMES + x * width, top + y * height, width - 2, height - 2] }));
    });
  };
  return { size, paint };
}

function paintRowName(pen, name, y) {
  pen.textAlign = "right";
  pen.fillText(name, NAMES - 8, y);
}

function paintColumnName(pen, name, { x, y, upright }) {
  pen.save();
  pen.translate(x, y);
  if (!upright) pen.rotate(-Math.PI / 2);
  pen.textAlign = upright ? "center" : "left";
  pen.fillText(name, 0, upright ? -4 : 0);
  pen.restore();
}

function paintCell(pen, palette, { cell, box }) {
  const inner = cell.firstElementChild;
  const { backgroundColor, color } = getComputedStyle(inner);
  pen.fillStyle = cell.dataset.state === "none" ? palette.grid : backgroundColor;
  pen.fillRect(...box);
  pen.strokeStyle = palette.grid;
  if (cell.dataset.state === "own") pen.strokeRect(...box);
  pen.fillStyle = color;
  pen.font = `400 12px ${font()}`;
  pen.textAlign = "center";
  pen.fillText(inner.textContent, box[0] + box[2] / 2, box[1] + box[3] / 2);
}
