// Places the widget in its own page. What the frame's address asks for becomes its attributes, by name and as text.
(() => {
  "use strict";
  const element = document.createElement("cited-assistant");
  const asked = new URLSearchParams(location.search);
  for (const name of ["title", "placeholder", "theme", "accent", "lang", "collection", "within"]) {
    if (asked.has(name)) element.setAttribute(name, asked.get(name));
  }
  element.setAttribute("mode", "page");
  document.documentElement.lang = asked.get("lang") || "en";
  document.title = asked.get("title") || document.title;
  document.body.append(element);
})();
