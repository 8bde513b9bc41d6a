// Draws at most once a frame, and not at all while the tab is hidden: the newest state is drawn on return.

const FLASH_PAUSE_MS = 1_000;
const flashedAt = new WeakMap();

export function oncePerFrame(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}

// Likewise, but with at least so many milliseconds between two drawings.
export function atMostEvery(ms, draw) {
  let timer = 0;
  let last = -Infinity;
  const inFrame = oncePerFrame(() => {
    last = performance.now();
    draw();
  });
  return () => {
    if (timer) return;
    const wait = Math.max(0, last + ms - performance.now());
    timer = setTimeout(() => {
      timer = 0;
      inFrame();
    }, wait);
  };
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// A changed figure flashes softly once, up or down; one that changes all the time once a second.
export function flash(element, direction) {
  const now = performance.now();
  if (now - (flashedAt.get(element) ?? -Infinity) < FLASH_PAUSE_MS) return;
  flashedAt.set(element, now);
  const name = direction > 0 ? "flash-up" : "flash-down";
  element.classList.remove("flash-up", "flash-down");
  void element.offsetWidth; // restarts the animation
  element.classList.add(name);
}
