// Small pieces of the page. Text only ever becomes text nodes; no attribute holds a style or a script.
const ICONS = {
  ask: "M6 4.5h12a3 3 0 0 1 3 3v6a3 3 0 0 1-3 3h-7l-5 4v-4a3 3 0 0 1-3-3v-6a3 3 0 0 1 3-3zM8 8.5h8M8 12.5h5",
  send: "M12 19V5M6 11l6-6 6 6",
  stop: "M8 8h8v8H8z",
  close: "m6 6 12 12M18 6 6 18",
  fresh: "M12 5v14M5 12h14",
  open: "M14 5h5v5M19 5l-8 8M17 14v5H5V7h5",
  show: "M4 7h16M4 12h9M4 17h6M16 12v7M13 16l3 3 3-3",
  copy: "M8.5 8.5h11v11h-11zM15.5 8.5v-4h-11v11h4",
  check: "m5 12.5 4.5 4.5L19 7.5",
  up: "M7 11v9H4v-9zM7 11l4-7a2 2 0 0 1 2 2v4h5a2 2 0 0 1 2 2l-1 6a2 2 0 0 1-2 2H7",
};
ICONS.down = ICONS.up;

const report = (error) => console.warn("cited-assistant:", error);

// A handler that never throws: what goes wrong in it, at once or later, is told to the console.
const safely = (act) => (...given) => {
  try {
    act(...given)?.catch?.(report);
  } catch (error) {
    report(error);
  }
};

// Marks that turn the direction of text. One that is left open would turn what stands behind it, even behind a <bdi>.
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;

// An element. Functions listen to the event of their name; false, null and undefined leave an attribute or a child out.
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value?.call) element.addEventListener(name, safely(value));
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter(Boolean).map((child) => child.replace?.(TURNING, "") ?? child));
  return element;
}

function icon(name) {
  const [svg, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

const button = (kind, attributes, ...children) => h("button", { class: kind, type: "button", ...attributes }, ...children);
const tool = (name, label, click, more) => button(`tool ${name}`, { "aria-label": label, title: label, click, ...more }, icon(name));
const unseen = (text) => h("span", { class: "unseen" }, text);

// Part of a quote, from its character `start` on, with what lies in the range `phrase` in bold. The server counts code points.
function marked(text, phrase, start = 0) {
  const letters = [...text];
  const [from, to] = (phrase || [0, 0]).map((at) => Math.max(0, at - start));
  const bold = letters.slice(from, to).join("");
  return h("bdi", {}, letters.slice(0, from).join(""), bold && h("b", {}, bold), letters.slice(to).join(""));
}

// The cells of a row, each under the name of its column; null where they do not pair up.
function cellsOf(row, context, phrase) {
  let start = 0;
  const cells = pairs(row, context).map(([name, cell]) => {
    const part = h("span", {}, h("small", {}, h("bdi", {}, name), unseen(":")), " ", marked(cell, phrase, start));
    start += [...cell + BETWEEN].length;
    return part;
  });
  return cells.length ? h("span", { class: "cells" }, ...cells) : null;
}

function dayOf(modified, language) {
  const day = new Date(modified);
  return isNaN(day) ? "" : day.toLocaleDateString(language === "en" ? "en-GB" : language, { dateStyle: "long", timeZone: "UTC" });
}
