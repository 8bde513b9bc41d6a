// What this reader chose, kept in this browser; a browser that keeps nothing still works.

export function choice(name, fallback) {
  try {
    return JSON.parse(localStorage.getItem(`gemscap.${name}`)) ?? fallback;
  } catch {
    return fallback;
  }
}

export function keepChoice(name, value) {
  try {
    localStorage.setItem(`gemscap.${name}`, JSON.stringify(value));
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
}
