// Which entries fit what was typed, the best first. Pure.

const KINDS = ["symbol", "instrument", "pair", "page", "command"];
const MOST = 60;
const MOST_INSTRUMENTS = 20; // the exchange offers thousands

// How well a text fits: 0 it begins so, 1 it holds it, 2 it holds its letters in this order; null: not at all.
export function fit(text, typed) {
  const [whole, wanted] = [plain(text), plain(typed)];
  if (whole.startsWith(wanted)) return 0;
  if (whole.includes(wanted)) return 1;
  return isSubsequence(whole.replaceAll(" ", ""), wanted.replaceAll(" ", "")) ? 2 : null;
}

// entries: [{text, kind}]. By fit, then by kind, else as they were given. What is not watched comes when it is typed.
export function ranked(entries, typed) {
  const asked = plain(typed);
  const fitting = entries
    .filter(({ kind }) => asked || kind !== "instrument")
    .map((entry) => ({ entry, fits: fit(entry.text, asked) }))
    .filter(({ fits }) => fits !== null)
    .sort((one, other) => one.fits - other.fits || KINDS.indexOf(one.entry.kind) - KINDS.indexOf(other.entry.kind));
  let instruments = 0;
  const kept = fitting.filter(({ entry }) => entry.kind !== "instrument" || (instruments += 1) <= MOST_INSTRUMENTS);
  return kept.slice(0, MOST).map(({ entry }) => entry);
}

function isSubsequence(text, wanted) {
  let from = 0;
  for (const letter of wanted) {
    from = text.indexOf(letter, from) + 1;
    if (!from) return false;
  }
  return true;
}

function plain(text) {
  return text.trim().toLowerCase().replace(/[\s/]+/g, " ");
}
