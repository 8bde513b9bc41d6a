// A line of closes without axes, in an SVG of 100 by 24.

const WIDTH = 100;
const HEIGHT = 24;

export function draw(element, values) {
  const line = element.querySelector("polyline");
  line.setAttribute("points", points(values));
  element.dataset.trend = values.length < 2 ? "" : values.at(-1) >= values[0] ? "up" : "down";
}

export function points(values) {
  if (values.length < 2) return "";
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  const step = WIDTH / (values.length - 1);
  return values
    .map((value, place) => {
      const height = span ? (value - low) / span : 0.5;
      return `${round(place * step)},${round(HEIGHT - 2 - height * (HEIGHT - 4))}`;
    })
    .join(" ");
}

function round(value) {
  return Math.round(value * 10) / 10;
}
