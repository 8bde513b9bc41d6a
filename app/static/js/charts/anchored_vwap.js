// The mean price since an anchor as Plotly's traces: the line, its bands, and a mark where it begins.

const COLOUR = "accent";

export function anchoredTraces({ anchored }, shift, palette) {
  if (!anchored) return [];
  const { at, series } = anchored;
  const x = at.map((moment) => shift(moment));
  const common = { type: "scatter", x, yaxis: "y", connectgaps: false, hoverinfo: "skip" };
  const line = (name, dash, width) => ({ ...common, mode: "lines", name: `vwap_anchored${name === "middle" ? "" : `_${name}`}`, y: series[name], line: { color: palette[COLOUR], width, dash, simplify: false } });
  const begin = series.middle.findIndex((value) => value !== null);
  const mark = { ...common, mode: "markers", name: "vwap_anchor", x: x.slice(begin, begin + 1), y: series.middle.slice(begin, begin + 1), marker: { symbol: "circle", size: 7, color: palette[COLOUR], line: { width: 1, color: palette.panel } } };
  return [line("middle", "solid", 1.5), line("upper", "dash", 1), line("lower", "dash", 1), ...(begin < 0 ? [] : [mark])];
}

export function anchoredFrom({ ts, series }) {
  return { at: ts.map((text) => Date.parse(text)), series };
}
