// One short word at the foot of the page, with at most one thing to do about it.

const SHOWN_MS = 8_000;
let timer = 0;

export function showToast(text, { kind = "", action = null } = {}) {
  const place = document.getElementById("toast");
  const words = document.createElement("span");
  words.textContent = text;
  place.replaceChildren(words);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = action.text;
    button.addEventListener("click", () => {
      hideToast();
      action.run();
    });
    place.append(button);
  }
  place.dataset.kind = kind;
  place.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(hideToast, SHOWN_MS);
}

function hideToast() {
  clearTimeout(timer);
  document.getElementById("toast").hidden = true;
}
