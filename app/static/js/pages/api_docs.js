// API: the frame alone, and the part an address names is opened.

import { startFrame } from "../frame.js";

function openNamed() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named instanceof HTMLDetailsElement) {
    named.open = true;
    named.scrollIntoView();
  }
}

startFrame();
addEventListener("hashchange", openNamed);
openNamed();
