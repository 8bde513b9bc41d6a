// The same words for loading, empty and error everywhere.

export function showState(element, { title, text = "", kind = "", retry = null }) {
  const strong = document.createElement("strong");
  strong.textContent = title;
  const parts = [strong];
  if (text) {
    const line = document.createElement("span");
    line.textContent = text;
    parts.push(line);
  }
  if (retry) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = "Try again";
    button.addEventListener("click", retry);
    parts.push(button);
  }
  element.replaceChildren(...parts);
  element.dataset.kind = kind;
  element.hidden = false;
}

// A bone in the final shape, until there is something to show.
export function showSkeleton(element, shape) {
  const bone = document.createElement("div");
  bone.className = `skeleton ${shape}`;
  element.replaceChildren(bone);
  element.dataset.kind = "";
  element.hidden = false;
}

export function hideState(element) {
  element.replaceChildren();
  element.hidden = true;
}

// Facts as a list of name and value.
export function showFacts(list, facts) {
  const parts = facts.flatMap(([name, value, title]) => {
    const term = document.createElement("dt");
    const entry = document.createElement("dd");
    term.textContent = name;
    entry.textContent = value;
    if (title) term.title = entry.title = title;
    return [term, entry];
  });
  list.replaceChildren(...parts);
}
