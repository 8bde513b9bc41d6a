// The colours of the page, for what draws outside of CSS; and the layout every chart shares.

const NAMES = ["panel", "raised", "border", "grid", "text", "muted", "faint", "accent", "on-accent", "up", "down", "good", "warn", "bad", "line-1", "line-2", "line-3", "line-4", "band"];

// Resolved by the browser, since a variable may hold a pair for light and dark.
export function colours() {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const found = {};
  for (const name of NAMES) {
    probe.style.color = `var(--${name})`;
    found[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return found;
}

export function withAlpha(colour, alpha) {
  return colour.replace(/^rgb\((.*)\)$/, (_, parts) => `rgba(${parts.split(/[ ,]+/).join(",")},${alpha})`);
}

export function font() {
  return getComputedStyle(document.body).fontFamily;
}

export function baseLayout(palette) {
  return {
    paper_bgcolor: palette.panel,
    plot_bgcolor: palette.panel,
    font: { family: font(), size: 11, color: palette.muted },
    separators: ".\u202f",
    showlegend: false,
    hovermode: false,
    dragmode: "pan",
  };
}

export function axis(palette) {
  return { gridcolor: palette.grid, linecolor: palette.border, zeroline: false, automargin: false, ticks: "" };
}
