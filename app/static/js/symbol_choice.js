// A select of symbols that leads to another page.

const OPENING = new Set([" ", "F4", "Enter"]);

// go: leads there, or nowhere while the choice is that of the page. Each arrow changes a select that is not
// unfolded, so what keys chose goes with Enter or when the select is left; what was picked from the list, at once.
export function onSymbolChosen(select, go) {
  let isTurning = false;
  select.addEventListener("keydown", (event) => {
    isTurning = !OPENING.has(event.key) && !event.altKey;
    if (event.key === "Enter" && go()) event.preventDefault();
  });
  select.addEventListener("keyup", () => (isTurning = false));
  select.addEventListener("pointerdown", () => (isTurning = false));
  select.addEventListener("change", () => isTurning || go());
  select.addEventListener("blur", go);
}
