// The pages: which key leads where, and what stands behind "More" on a phone.

// The address of the page a key leads to after g; undefined when there is none.
export function pageOf(key) {
  const links = document.querySelectorAll("nav.pages a[data-key]");
  return [...links].find((link) => link.dataset.key === key)?.getAttribute("href");
}

export function wireMore() {
  const button = document.getElementById("more");
  const rest = document.getElementById("more-pages");
  const show = (open) => {
    rest.classList.toggle("open", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => show(!rest.classList.contains("open")));
  document.addEventListener("click", (event) => event.target.closest("nav.pages") || show(false));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !rest.classList.contains("open")) return;
    show(false);
    button.focus();
  });
}
