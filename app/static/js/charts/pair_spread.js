// The spread with its mean, one, two and three deviations, and where the rule entered, left and stopped.

import { line, named } from "./pair_lines.js";
import { withAlpha } from "./theme.js";

export const MARKS = {
  long_spread: { symbol: "triangle-up", colour: "up", name: "long" },
  short_spread: { symbol: "triangle-down", colour: "down", name: "short" },
  exit: { symbol: "circle", colour: "text", name: "exit" },
  stop: { symbol: "x", colour: "bad", name: "stop" },
};

export function spreadTraces(history, palette) {
  const { spread, mean, deviation } = history.analysis.series;
  const edge = (count) => mean.map((middle, place) => (middle === null || deviation[place] === null ? null : middle + count * deviation[place]));
  const bands = [3, 2, 1].flatMap((count) => {
    const look = { colour: withAlpha(palette.band, 0.75 - 0.18 * count), axis: "y2", name: "", width: 1 };
    return [line(history, edge(count), look), line(history, edge(-count), look)];
  });
  return [
    ...bands,
    line(history, mean, { colour: palette.band, axis: "y2", name: "mean", dash: "dot", width: 1 }),
    line(history, spread, { colour: palette.accent, axis: "y2", name: "spread" }),
    ...Object.keys(MARKS).map((kind) => marksOf(history, kind, palette)),
  ];
}

export function spreadNames(history, palette) {
  const { kind, z_window: window } = history.analysis;
  const words = window === null ? "surprise of the filter, and 1, 2, 3 deviations it expected" : "mean and 1, 2, 3 deviations";
  return [named(`Spread (${kind.replace("_", "-")}), ${words}`, palette.faint, "y2", 0)];
}

function marksOf(history, kind, palette) {
  const { symbol, colour, name } = MARKS[kind];
  const marks = history.analysis.marks.filter((mark) => kindOf(mark) === kind);
  return {
    type: "scatter",
    mode: "markers",
    name,
    x: marks.map((mark) => history.moments[mark.place]),
    y: marks.map((mark) => mark.spread),
    xaxis: "x",
    yaxis: "y2",
    marker: { symbol, size: 10, color: palette[colour], line: { width: 1, color: kind === "exit" ? palette.panel : palette.text } },
    hoverinfo: "skip",
  };
}

// An entry is told by its side, a stop by time like any other; that the rule is armed again is not drawn.
export function kindOf({ event, state }) {
  if (event === "entry") return state;
  return event === "time_stop" ? "stop" : event;
}
