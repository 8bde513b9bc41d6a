// Lines and names that the panes of a pair share.

export function line(history, values, { colour, axis, name, width = 1.25, dash = "solid" }) {
  return {
    type: "scatter",
    mode: "lines",
    name,
    x: history.moments,
    y: values,
    yaxis: axis,
    xaxis: "x",
    line: { color: colour, width, dash, simplify: false },
    connectgaps: false,
    hoverinfo: "skip", // the cross-hair tells the values
  };
}

// A name inside a pane, in the colour of its line; `place` counts from the left.
export function named(text, colour, axis, place) {
  return { xref: "paper", yref: `${axis} domain`, x: 0.006, xshift: 84 * place, y: 0.985, xanchor: "left", yanchor: "top", text, showarrow: false, font: { color: colour, size: 11 } };
}
