// A canvas over a chart, cleared and sharp on every screen, and the few things drawn on it.

import { font } from "./theme.js";

export const TAG_HEIGHT = 18;

export function prepared(canvas) {
  const density = globalThis.devicePixelRatio || 1;
  const [width, height] = [Math.round(canvas.clientWidth * density), Math.round(canvas.clientHeight * density)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  pen.setTransform(density, 0, 0, density, 0, 0);
  pen.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  pen.font = `11px ${font()}`;
  pen.textBaseline = "middle";
  pen.lineWidth = 1;
  return pen;
}

// A small box with a text, its left edge at x and its middle at y.
export function tag(pen, x, y, text, background, colour, border = null) {
  const width = tagWidth(pen, text);
  pen.fillStyle = background;
  pen.fillRect(x, y - TAG_HEIGHT / 2, width, TAG_HEIGHT);
  if (border) {
    pen.strokeStyle = border;
    pen.strokeRect(x + 0.5, y - TAG_HEIGHT / 2 + 0.5, width - 1, TAG_HEIGHT - 1);
  }
  pen.fillStyle = colour;
  pen.fillText(text, x + 6, y + 0.5);
}

export function tagWidth(pen, text) {
  return pen.measureText(text).width + 12;
}

// A tag under the axis of time, at x but not beyond its ends.
export function timeTag(pen, { left, right, bottom }, x, text, palette) {
  const width = tagWidth(pen, text);
  tag(pen, Math.min(Math.max(left, x - width / 2), right - width), bottom + TAG_HEIGHT / 2 + 2, text, palette.raised, palette.text, palette.border);
}

export function rule(pen, x0, y0, x1, y1) {
  pen.beginPath();
  pen.moveTo(Math.round(x0) + 0.5, Math.round(y0) + 0.5);
  pen.lineTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
  pen.stroke();
}

export function clip(pen, left, top, right, bottom) {
  pen.beginPath();
  pen.rect(left, top, right - left, bottom - top);
  pen.clip();
}
