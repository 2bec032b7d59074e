// What Gradio's components do not do: the source panel, the drawer, themes, copying, tooltips, announcements.
// Served from our own origin, runs in the head before the first paint, and waits for Gradio to draw the page.
// Text from documents is only ever moved with textContent.
(() => {
  "use strict";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const narrow = matchMedia("(max-width: 720px)");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const $ = (selector, from = document) => from.querySelector(selector);
  const name = (button, label) => {
    if (!button || button.getAttribute("aria-label") === label) return;
    button.setAttribute("aria-label", label);
    button.title = label;
  };
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  // ---- theme: system, light or dark, remembered --------------------------------------------------------------
  const CHOICES = ["system", "light", "dark"];
  const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  let choice = CHOICES.includes(stored()) ? stored() : "system";
  const theme = () => (choice === "system" ? (dark.matches ? "dark" : "light") : choice);
  function paint() {
    root.dataset.theme = theme();
    root.dataset.choice = choice;
    if (document.body && document.body.classList.contains("dark") !== (theme() === "dark")) {
      document.body.classList.toggle("dark", theme() === "dark");
    }
    const button = $("#theme");
    const label = `Theme: ${choice}`;
    if (button && button.getAttribute("aria-label") !== label) {
      button.setAttribute("aria-label", label);
      button.title = label;
    }
    const inner = $("#source-panel iframe")?.contentDocument?.documentElement;
    if (inner) inner.dataset.theme = theme();
  }
  function nextTheme() {
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
    try { localStorage.setItem("theme", choice); } catch { /* private mode: the choice lasts until the page closes */ }
    paint();
    say(`Theme: ${choice}`);
  }
  dark.addEventListener("change", paint);
  const motion = () => { document.cookie = `motion=${still.matches ? "reduce" : "any"}; path=/; SameSite=Strict`; };
  still.addEventListener("change", motion);
  motion();
  paint();

  // ---- a kept conversation is there before the page is seen -------------------------------------------------------
  const kept = window.keptConversation;
  const WAIT = 4000;  // milliseconds after which a page that cannot show its conversation is shown without it
  let late = false;
  function uncover() {
    if (!$("#boot") || !(kept.settled || late)) return;
    $("#boot").remove();
    $("#question textarea").focus({ preventScroll: true });
  }

  // ---- deleting is asked twice ------------------------------------------------------------------------------------
  const DELETE = ["Delete this conversation", "Press again to delete this conversation for good"];
  let armed = 0;
  function arm(button, sure) {
    clearTimeout(armed);
    button.classList.toggle("sure", sure);
    name(button, DELETE[Number(sure)]);
    if (!sure) return;
    say(DELETE[1]);
    armed = setTimeout(() => arm(button, false), 5000);
  }
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("#delete-chat");
    if (!button) return;
    const sure = button.classList.contains("sure");
    if (!sure) event.stopImmediatePropagation();
    arm(button, !sure);
  }, true);

  // ---- announcements ------------------------------------------------------------------------------------------
  const live = make("div", { class: "unseen", role: "status", "aria-live": "polite", id: "announcer" });
  let speaking = 0;
  function say(text) {
    live.textContent = "";
    clearTimeout(speaking);
    speaking = setTimeout(() => { live.textContent = text; }, 60);
  }

  // ---- one place beside the conversation: a source, or the list of documents ----------------------------------
  const frame = make("iframe", { title: "Source document", referrerpolicy: "no-referrer" });
  const heading = make("h2", { id: "source-title", tabindex: "-1" });
  const openTab = make("a", { class: "tool", target: "_blank", rel: "noopener", "aria-label": "Open this source in a new tab",
    title: "Open in a new tab", style: "--icon: var(--icon-open)" });
  const closeButton = (label) => make("button", { class: "tool close", type: "button", "aria-label": label, title: "Close (Esc)",
    style: "--icon: var(--icon-close)" });
  const panel = make("aside", { id: "source-panel", role: "dialog", "aria-labelledby": "source-title" },
    make("div", { class: "bar" }, heading, openTab, closeButton("Close source")), frame);
  let opener = null;

  function show(kind, from) {
    if (from) opener = from;
    document.body.classList.toggle("source-open", kind === "source");
    document.body.classList.toggle("documents-open", kind === "documents");
    $("#open-documents")?.setAttribute("aria-expanded", String(kind === "documents"));
    cover();
    hideTip();
  }
  function cover() {  // on a narrow screen the panel covers everything: what lies below cannot be reached
    const open = document.body.classList.contains("source-open") || document.body.classList.contains("documents-open");
    const shell = $("#shell");
    if (shell) shell.inert = open && narrow.matches;
    for (const place of [panel, $("#documents")]) place?.setAttribute("aria-modal", String(narrow.matches));
  }
  narrow.addEventListener("change", cover);
  function openSource(link, from, title) {
    const address = new URL(link.getAttribute("href"), location.href);
    if (address.origin !== location.origin || !address.pathname.startsWith(new URL("./source/", location.href).pathname)) return false;
    openTab.href = address.href;
    address.searchParams.set("theme", theme());
    heading.textContent = title;
    frame.title = `Source: ${title}`;
    show("source", from);
    // A new address of the same document would only scroll, so the frame always gets a fresh load.
    frame.contentWindow.location.replace(address.href);
    mark(from);
    heading.focus({ preventScroll: true });
    return true;
  }
  function mark(from) {
    for (const element of document.querySelectorAll("#chat .open")) element.classList.remove("open");
    if (from?.matches?.("#chat a")) (from.matches(".chip") ? from : from.closest("li") || from).classList.add("open");
  }
  function close() {
    if (!document.body.classList.contains("source-open") && !document.body.classList.contains("documents-open")) return;
    show(null);
    mark(null);
    frame.contentWindow.location.replace("about:blank");
    const back = opener?.isConnected ? opener : opener?.hash ? findAgain(opener) : null;
    (back || $("#question textarea"))?.focus();
    opener = null;
  }
  const findAgain = (link) => [...document.querySelectorAll("#chat a")].find((one) => one.getAttribute("href") === link.getAttribute("href"));
  frame.addEventListener("load", () => {  // the frame runs no script of its own, so its Esc key is heard from here
    const inside = frame.contentDocument;
    if (!inside) return;
    inside.documentElement.dataset.theme = theme();
    inside.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
    const title = $("h1", inside)?.textContent.trim();
    if (title) { heading.textContent = title; frame.title = `Source: ${title}`; }
  });

  // ---- chips, quotes, copying -----------------------------------------------------------------------------------
  const quoteOf = (chip) => document.getElementById(decodeURIComponent(chip.getAttribute("href").slice(1)));
  const titleOf = (item) => $(".title", item.closest(".document"))?.textContent || "Source";
  function onClick(event) {
    const target = event.target;
    if (!(target instanceof Element)) return;
    if (target.closest("#theme")) return nextTheme();
    if (target.closest("#new-chat")) kept.begin();
    if (target.closest("#stop")) return $("#question textarea")?.focus();
    if (target.closest(".close")) return close();
    if (target.closest("#open-documents")) {
      if (document.body.classList.contains("documents-open")) return close();
      show("documents", target.closest("#open-documents"));
      return $("#documents h2")?.focus({ preventScroll: true });
    }
    const copy = target.closest("button.copy");
    if (copy) return copyAnswer(copy);
    const link = target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    if (link.matches("#chat a.chip")) {
      event.preventDefault();
      const item = quoteOf(link);
      if (item) openSource($("a.quote", item), link, titleOf(item));
    } else if (link.matches("#chat a.quote")) {
      if (openSource(link, link, titleOf(link))) event.preventDefault();
    } else if (link.matches("#documents ul.listing a")) {
      if (openSource(link, $("#open-documents"), $("b", link)?.textContent || "Document")) event.preventDefault();
    }
  }
  async function copyAnswer(button) {
    const text = $("pre.plain", button.closest(".answer")).textContent;
    const label = button.dataset.label || button.textContent;
    button.dataset.label = label;
    const copied = await put(text);
    button.textContent = copied ? "Copied" : "Press Ctrl+C to copy";
    button.classList.toggle("done", copied);
    say(copied ? "Copied with its citations" : "Copying was refused by the browser");
    setTimeout(() => { button.textContent = label; button.classList.remove("done"); }, 2000);
  }
  async function put(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {  // no clipboard on plain http from another machine, or not allowed
      const area = make("textarea", { class: "unseen", "aria-hidden": "true", readonly: "" });
      area.value = text;
      const before = document.activeElement;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      before?.focus?.();
      return done;
    }
  }

  // ---- the quote as a tooltip -----------------------------------------------------------------------------------
  const tip = make("div", { id: "tip", role: "tooltip" });
  function showTip(chip) {
    const item = quoteOf(chip);
    if (!item) return;
    const quote = $("a.quote bdi", item)?.textContent || "";
    tip.replaceChildren(make("b", {}, titleOf(item)), quote.length > 320 ? quote.slice(0, 320).trimEnd() + "…" : quote);
    tip.classList.add("shown");
    chip.setAttribute("aria-describedby", "tip");
    const at = chip.getBoundingClientRect();
    const size = tip.getBoundingClientRect();
    const edge = document.body.classList.contains("source-open") && !narrow.matches ? panel.getBoundingClientRect().left : innerWidth;
    tip.style.left = `${Math.max(12, Math.min(at.left + at.width / 2 - size.width / 2, edge - size.width - 12))}px`;
    tip.style.top = at.top - size.height - 8 > 8 ? `${at.top - size.height - 8}px` : `${at.bottom + 8}px`;
  }
  function hideTip() { tip.classList.remove("shown"); }
  const overChip = (event, act) => { const chip = event.target instanceof Element && event.target.closest("#chat a.chip"); if (chip) act(chip); };

  // ---- following the conversation -------------------------------------------------------------------------------
  let asked = 0;
  let told = "";
  function follow() {
    const chat = $("#chat");
    if (!chat) return;
    const log = $("[role=log]", chat);
    if (log && log.getAttribute("aria-live") !== "off") log.setAttribute("aria-live", "off");  // announced once, whole, below
    const questions = chat.querySelectorAll(".asked");
    const running = Boolean($(".waiting, .growing", chat));
    if (running) kept.restoring = false;
    document.body.classList.toggle("asking", running);
    document.body.classList.toggle("talking", questions.length > 0);
    if (questions.length > asked) bringUp(questions[questions.length - 1]);
    if (questions.length < asked && !questions.length) { close(); told = ""; chat.style.setProperty("min-height", "0"); $("#question textarea")?.focus(); }
    asked = questions.length;
    const answers = chat.querySelectorAll(".answer.complete, .answer.refused, .answer.failed");
    const last = answers[answers.length - 1];
    if (last && last.id + answers.length !== told && !running) {
      told = last.id + answers.length;
      if (kept.restoring) return;
      kept.save();
      const spoken = [...last.querySelectorAll(".sentence")].map((one) => {
        const words = one.cloneNode(true);
        for (const chip of words.querySelectorAll(".chip")) chip.remove();
        return words.textContent.replace("\u2060", " ");
      });
      const text = spoken.join(" ") || $(".verdict, .reply", last)?.textContent || "";
      const sources = last.querySelectorAll(".sources li").length;
      say(`${text.replace(/\s+/g, " ")} ${sources ? `${sources} quoted ${sources === 1 ? "sentence" : "sentences"} below.` : ""}`);
    }
  }
  function bringUp(question) {  // the newest question goes to the top, so that its answer is read from its beginning
    const scroller = $("#conversation");
    const chat = $("#chat");
    const row = question.closest(".message-row") || question;
    const first = question === $("#chat .asked");
    const above = row.getBoundingClientRect().top - chat.getBoundingClientRect().top;
    chat.style.setProperty("min-height", first ? "0" : `${Math.ceil(above) + scroller.clientHeight}px`);  // room below it
    requestAnimationFrame(() => {
      const top = scroller.scrollTop + row.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
      scroller.scrollTo({ top: first ? 0 : top, behavior: still.matches || kept.restoring ? "instant" : "smooth" });
    });
  }

  // ---- naming and arranging what Gradio drew ---------------------------------------------------------------------
  const LIMIT = 2000;
  function count() {
    const area = $("#question textarea");
    const note = $("#note p");
    if (!area || !note) return;
    const over = [...area.value].length - LIMIT;
    const text = over > 0 ? `The question is ${over.toLocaleString("en")} characters over the limit of 2,000.` : "";
    area.setAttribute("aria-invalid", String(over > 0));
    if (text) { note.textContent = text; note.className = "problem"; }
    else if (note.classList.contains("problem")) { note.textContent = "Enter sends, Shift + Enter starts a new line."; note.className = ""; }
  }
  function arrange() {
    const shell = $("#shell");
    const area = $("#question textarea");
    if (!shell || !area || !["#header", "#conversation", "#documents", "#open-documents", "#composer"].every((one) => $(one))) return;
    if (!panel.isConnected) {
      $("#header").setAttribute("role", "banner");
      $("#conversation").setAttribute("role", "region");
      $("#conversation").setAttribute("aria-label", "Conversation");
      $("#conversation").tabIndex = -1;
      const drawer = $("#documents");
      drawer.setAttribute("role", "dialog");
      drawer.setAttribute("aria-labelledby", "documents-title");
      $("#open-documents").setAttribute("aria-expanded", "false");
      $("#open-documents").setAttribute("aria-controls", "documents");
      drawer.prepend(make("div", { class: "bar" }, make("h2", { id: "documents-title", tabindex: "-1" }, "Documents"), closeButton("Close documents")));
      document.body.append(panel, tip, live);
      setTimeout(() => { late = true; later(); }, WAIT);
    }
    if (area.getAttribute("aria-label") !== "Your question") {
      area.setAttribute("aria-label", "Your question");
      area.setAttribute("enterkeyhint", "send");
    }
    for (const [id, label] of [["#send", "Ask"], ["#stop", "Stop"], ["#new-chat", "New chat"], ["#open-documents", "Documents"]]) name($(id), label);
    if (!$("#delete-chat").classList.contains("sure")) name($("#delete-chat"), DELETE[0]);
    if (!$("#upload-problem")) $("#upload-notice")?.after(make("p", { id: "upload-problem" }));
    for (const chip of document.querySelectorAll("#chat a.chip:not([aria-label])")) {
      chip.setAttribute("aria-label", chip.textContent);  // hidden text alone is read with spaces around the number
    }
    paint();
    kept.follow();
    follow();
    uncover();
    const done = $("#upload-status .status[title]");
    if (done && done.textContent !== uploadTold) { uploadTold = done.textContent; say(done.textContent); }
  }
  // A file that is too large is told before it is sent, not after.
  const uploadLimit = Number($("meta[name=upload-limit]")?.content || 0);
  function checkFiles(event) {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || input.type !== "file" || !$("#upload-problem")) return;
    const size = [...input.files].reduce((sum, file) => sum + file.size, 0);
    const over = uploadLimit > 0 && size + 4096 > uploadLimit;
    const problem = $("#upload-problem");
    problem.textContent = over
      ? `${input.files.length === 1 ? input.files[0].name : `${input.files.length} files`}: ${(size / 2 ** 20).toFixed(1)} MB. One upload holds at most ${+(uploadLimit / 2 ** 20).toFixed(1)} MB.`
      : "";
    if (!over) return;
    event.stopImmediatePropagation();
    input.value = "";
    say(problem.textContent);
  }
  document.addEventListener("change", checkFiles, true);
  let uploadTold = "";
  let planned = false;
  const later = () => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(() => { planned = false; arrange(); });
  };

  document.addEventListener("click", onClick);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (tip.classList.contains("shown")) hideTip();
    close();
  });
  document.addEventListener("mouseover", (event) => overChip(event, showTip));
  document.addEventListener("mouseout", (event) => overChip(event, hideTip));
  document.addEventListener("focusin", (event) => overChip(event, (chip) => { if (chip.matches(":focus-visible")) showTip(chip); }));
  document.addEventListener("focusout", (event) => overChip(event, hideTip));
  document.addEventListener("scroll", hideTip, true);
  document.addEventListener("input", count);
  document.addEventListener("DOMContentLoaded", () => {
    paint();
    new MutationObserver(later).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["class"] });
    later();
  });
})();
