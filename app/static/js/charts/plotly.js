// Plotly comes by a script of its own, so that nothing waits for it that need not.

export function loadPlotly() {
  if (globalThis.Plotly) return Promise.resolve(globalThis.Plotly);
  const script = document.getElementById("plotly");
  return new Promise((resolve, reject) => {
    script.addEventListener("load", () => resolve(globalThis.Plotly));
    script.addEventListener("error", () => reject(new Error("The chart library could not be loaded.")));
    if (globalThis.Plotly) resolve(globalThis.Plotly); // it came meanwhile
  });
}
