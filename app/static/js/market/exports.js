// What the Market saves: tables of the time that is on the screen.

const MOST_ROWS = 200_000; // of a file

// history: as the chart has it.
export function tablesInView(symbol, history) {
  const inView = (table, query = {}) => history.view && [`/api/export/${table}`, { symbol, ...query, ...stretchOf(history.view), limit: MOST_ROWS }];
  return [
    { text: "Bars", address: () => inView("bars", { tf: history.timeframe }) },
    { text: "Indicators", address: () => inView("indicators", { tf: history.timeframe }) },
    { text: "Trades", address: () => inView("ticks") },
    { text: "Statistics per minute", address: () => inView("minutes") },
  ];
}

function stretchOf(view) {
  const [start, end] = view.map((at) => new Date(at).toISOString());
  return { start, end };
}
