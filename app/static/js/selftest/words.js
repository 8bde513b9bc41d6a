// The self-test in sentences.

import * as format from "../format.js";

const share = (value) => format.percent(value, 1).replace("+", "");

export function verdictOf({ planted, false_positives: luck }) {
  const decided = planted.flatMap((pair) => pair.findings).filter((finding) => finding.passed !== null);
  const right = decided.filter((finding) => finding.passed).length;
  const walks = `luck finds ${share(luck.share)} where ${share(luck.level)} is promised`;
  if (!decided.length) return sentence(walks);
  const all = right === decided.length ? `All ${right}` : `${right} of ${decided.length}`;
  const waiting = planted.filter((pair) => !pair.findings.length).length;
  const rest = waiting ? `; ${waiting} of ${planted.length} pairs cannot be judged yet` : "";
  return sentence(`${all} planted figures are found; ${walks}${rest}`);
}

export function luckSentence(luck) {
  return `${format.count(luck.found)} of ${format.count(luck.pairs)} pairs of independent random walks of ${format.count(luck.bars)} bars were taken for cointegrated at p < ${luck.level}: ${share(luck.share)}.`;
}

export function luckRule(luck) {
  return `Between ${share(luck.low)} and ${share(luck.high)} is what a level of ${share(luck.level)} promises; seed ${luck.seed}, so that anybody gets the same walks.`;
}

function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}
