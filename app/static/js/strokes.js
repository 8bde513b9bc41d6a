// What was pressed, and which action it means. Pure.

const NAMES = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" };

// "t", "?", "Delete"; "Ctrl K" with Ctrl or with a Mac's ⌘; "" for what nothing is bound to.
export function strokeOf({ key, ctrlKey, metaKey, altKey, isComposing }) {
  if (altKey || isComposing || ["Control", "Meta", "Shift", "Alt"].includes(key)) return "";
  return ctrlKey || metaKey ? `Ctrl ${key.toUpperCase()}` : key;
}

// The action of a stroke, be it the second of two; `isInside` says whether the focus is within a selector.
export function actionOf(actions, begun, stroke, isInside) {
  const held = actions.filter(({ inside }) => !inside || isInside(inside));
  const bound = (keys) => held.find((action) => action.keys.includes(keys));
  return (begun && bound(`${begun} ${stroke}`)) || bound(stroke);
}

// Whether a stroke is the first of two.
export function begins(actions, stroke) {
  return actions.some(({ keys }) => keys.some((each) => each.startsWith(`${stroke} `)));
}

// Where text is typed only these act: strokes with Ctrl, and what holds inside of that place.
export function actsInText({ inside }, stroke) {
  return Boolean(inside) || stroke.startsWith("Ctrl ");
}

// "g o" -> ["g", "o"], "ArrowUp" -> ["↑"], "Ctrl K" -> ["⌘", "K"] on a Mac.
export function keyNames(keys, isMac = false) {
  return keys.split(" ").map((key) => (key === "Ctrl" && isMac ? "⌘" : (NAMES[key] ?? key)));
}
