// The pages: which keys lead where, and what stands behind "More" on a phone.

// Every page, for the keys (g and a letter) and for the palette; some have no key.
export function pageActions() {
  return [...document.querySelectorAll("nav a[data-key]")].map(({ dataset, href, textContent }) => ({
    keys: dataset.key ? [`g ${dataset.key}`] : [],
    text: textContent,
    section: "Pages",
    run: () => location.assign(href),
  }));
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
