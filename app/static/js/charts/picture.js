// Every chart as a PNG, in one way: above it stands what it shows and where its trades came from, so that a
// picture that is passed on still tells whether they were real.

import { saveBlob } from "../downloads.js";
import { moment } from "../format.js";
import { showToast } from "../toast.js";
import { loadPlotly } from "./plotly.js";
import { colours, font } from "./theme.js";

const SCALE = 2; // pixels of the picture to one of the screen
const HEAD = 40;
const EDGE = 12;

// A chart of Plotly's, as it is on the screen. subject: what it shows, in words.
export function saveChart(element, subject, { width = 1200, height = 675 } = {}) {
  return savePainted(subject, { width, height }, async (pen) => {
    const plotly = await loadPlotly();
    pen.drawImage(await loaded(await plotly.toImage(element, { format: "png", width, height, scale: SCALE })), 0, 0, width, height);
  });
}

// Whatever paint(pen, palette) paints into a size.
export async function savePainted(subject, size, paint) {
  try {
    saveBlob(fileName(subject), await painted(subject, size, paint));
  } catch (error) {
    showToast(`The picture could not be made: ${error.message}`, { kind: "bad" });
  }
}

function fileName(subject) {
  return `${document.body.dataset.source} ${subject}.png`.replace(/[^\w.]+/g, "-");
}

async function painted(subject, { width, height }, paint) {
  const canvas = document.createElement("canvas");
  canvas.width = width * SCALE;
  canvas.height = (height + HEAD) * SCALE;
  const pen = canvas.getContext("2d");
  const palette = colours();
  pen.scale(SCALE, SCALE);
  pen.fillStyle = palette.panel;
  pen.fillRect(0, 0, width, height + HEAD);
  paintHead(pen, palette, { subject, width });
  pen.translate(0, HEAD);
  await paint(pen, palette);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("it is too large"))), "image/png");
  });
}

function paintHead(pen, palette, { subject, width }) {
  const { source } = document.body.dataset;
  pen.textBaseline = "middle";
  const written = write(pen, source, { x: EDGE, colour: source === "LIVE" ? palette.good : palette.warn, weight: 700 });
  pen.textAlign = "right";
  const dated = write(pen, `${moment(Date.now(), "utc")} UTC`, { x: width - EDGE, colour: palette.muted, weight: 400 });
  pen.textAlign = "left";
  write(pen, subject, { x: EDGE + written + EDGE, colour: palette.text, weight: 600, room: width - written - dated - 4 * EDGE });
}

function write(pen, text, { x, colour, weight, room }) {
  pen.font = `${weight} 14px ${font()}`;
  pen.fillStyle = colour;
  pen.fillText(text, x, HEAD / 2, room);
  return pen.measureText(text).width;
}

function loaded(address) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error("the browser could not read it"));
    image.src = address;
  });
}
