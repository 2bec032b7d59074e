// Colours, and the start: the element is defined once, and added where the page names none.
const [LIGHT, DARK] = ["#ffffff", "#111111"];

// Relative luminance of #rrggbb or rgb(…), nearly as WCAG 2.2 defines it.
function luminance(colour) {
  const parts = colour[0] === "#" ? colour.match(/\w\w/g).map((part) => parseInt(part, 16)) : colour.match(/[\d.]+/g);
  const [red, green, blue] = parts.map((part) => (part / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
}

// Whether the page is dark, by its own ground, if that covers more than half; a page without one follows the system.
function isDark() {
  const grounds = [document.body, document.documentElement].map((part) => getComputedStyle(part).backgroundColor);
  const ground = grounds.find((colour) => /^rgb(\(|.*\.[5-9])/.test(colour));
  return ground ? luminance(ground) < 0.23 : dark.matches;
}

// Custom properties for an accent as #rrggbb: where it could not be read as text, the colour of text takes its place.
function coloursOf(accent, theme) {
  if (!/^#[0-9a-f]{6}$/i.test(accent)) return "";
  const share = luminance(accent);
  const ratio = theme === "dark" ? share / luminance("#1b1f23") : luminance(LIGHT) / share;
  const on = luminance(LIGHT) / share > share / luminance(DARK) ? LIGHT : DARK;
  const link = ratio > 5.5 ? accent : `var(--ink)`;
  return `--accent:${accent};--on-accent:${on};--link:${link};--accent-soft:color-mix(in srgb,${accent} 12%,var(--surface))`;
}

// The script alone is enough: it adds the element, with attributes from its own address or its data-* attributes.
function addOne() {
  if (document.querySelector(NAME)) return;
  const element = h(NAME, { "data-auto": "" });
  const query = new URL(script?.src || location.href).searchParams;
  for (const name of ["server", "mode", "lang", ...SET_ONCE, ...DRESSED]) {
    const value = script?.getAttribute(`data-${name}`) ?? (script && query.get(name));
    if (value) element.setAttribute(name, value);
  }
  document.body.append(element);
}

customElements.define(NAME, CitedAssistant);
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", safely(addOne));
else safely(addOne)();
