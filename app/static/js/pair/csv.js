// The series of a pair as a file; its name and a column say where the trades came from.

const COLUMNS = ["y", "x", "spread", "mean", "deviation", "z", "correlation"];

export function csvOf(source, analysis) {
  const { y, x, starts, series, marks } = analysis;
  const events = new Map(marks.map((mark) => [mark.place, mark.event]));
  const names = COLUMNS.map((name) => ({ y, x })[name] ?? name);
  const lines = starts.map((start, place) =>
    [start, ...COLUMNS.map((name) => series[name][place] ?? ""), events.get(place) ?? "", source].join(","),
  );
  return [["ts", ...names, "event", "source"].join(","), ...lines, ""].join("\n");
}

export function saveText(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
