// Tables that are wider than their place are reached by keyboard, and scrolled with the arrows.

let observer = null;

// Every such place of the page that is there already.
export function wireScrollables(within = document) {
  observer ??= new ResizeObserver((entries) => {
    for (const { target } of entries) mark(target.closest(".table-scroll"));
  });
  for (const place of within.querySelectorAll(".table-scroll")) {
    observer.observe(place);
    if (place.firstElementChild) observer.observe(place.firstElementChild);
  }
}

// It is a stop of the Tab key only while there is something to scroll to.
function mark(place) {
  if (place.scrollWidth <= place.clientWidth) {
    for (const name of ["tabindex", "role", "aria-label"]) place.removeAttribute(name);
    return;
  }
  place.tabIndex = 0;
  place.setAttribute("role", "group");
  const title = place.closest("section")?.querySelector("h2")?.textContent.trim();
  place.setAttribute("aria-label", title ?? "Table");
}
