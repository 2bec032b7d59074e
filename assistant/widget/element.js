// The element <cited-assistant>: its panel, its state, and asking.
const NAME = "cited-assistant";
const DRESSED = ["title", "placeholder", "theme", "accent", "position"];  // attributes that may change at any time
const SET_ONCE = ["ticket-url", "collection", "within"];
const TRIES = 3;
const narrow = matchMedia("(max-width: 520px)");
const dark = matchMedia("(prefers-color-scheme: dark)");
const script = document.currentScript?.src ? document.currentScript : [...document.scripts].findLast((one) => /\/widget\.js(\?|$)/.test(one.src));

// What the browser keeps for this page, or null where it keeps nothing.
function kept(area, key, value) {
  try {
    if (value === undefined) return window[area].getItem(key);
    window[area].setItem(key, value);
  } catch { /* it lasts until the page closes */ }
  return null;
}

class CitedAssistant extends HTMLElement {
  static observedAttributes = DRESSED;
  #root;
  #ends;
  #key;
  #conversation;
  #turns = [];
  #running;
  #restored;

  connectedCallback() {
    safely(() => this.#build())();
  }

  disconnectedCallback() {
    this.#ends?.abort();
    this.#running?.abort();
    this.#root = null;
  }

  attributeChangedCallback() {
    if (this.#root) safely(() => this.#dress())();
  }

  // ---- what the answers need --------------------------------------------------------------------------------------
  get language() {
    const wanted = (this.lang || document.documentElement.lang).slice(0, 2).toLowerCase();
    return wanted in LABELS ? wanted : "en";
  }

  say = (word, number, title) => label(this.language, word, number, title);

  announce(text) {
    this.live.textContent = "";
    setTimeout(() => { this.live.textContent = text; }, 60);
  }

  focused() {
    return this.shadowRoot.activeElement;
  }

  // Scrolls to a cited sentence in this page and marks it; false if it is not there. A panel that would cover it closes.
  show(citation) {
    const range = findSentence(citation);
    this.announce(this.say(range ? "found" : "lost"));
    if (!range) return false;
    const [place, cover] = [range.getBoundingClientRect(), this.panel.getBoundingClientRect()];
    if (this.#floats && (narrow.matches || (place.right > cover.left && place.left < cover.right))) this.#toggle(false);
    markRange(range);
    scrollToRange(range);
    return true;
  }

  // The whole address of a source view; "" for anything that does not lead to this server's own views.
  viewAddress(view) {
    const address = webAddress(this.server.base + view)?.href || "";
    return address.startsWith(`${this.server.base}/source/`) ? address : "";
  }

  async freshViews(id) {
    return (await this.#fetchTurns()).find((one) => one.answer.id === id)?.answer.views;
  }

  feedback(answer, value) {
    return this.server.call("/api/feedback", { body: { conversation: this.#conversation, answer, value } });
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {  // not on plain http, or not allowed
      const area = h("textarea", { class: "unseen" });
      const before = this.focused();
      area.value = text;
      this.panel.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      before?.focus();
      return done;
    }
  }

  // ---- building ---------------------------------------------------------------------------------------------------
  get #floats() {
    return !/^(inline|page)$/.test(this.getAttribute("mode"));
  }

  #build() {
    for (const other of document.querySelectorAll(`${NAME}[data-auto]`)) if (other !== this) other.remove();
    const given = (name, otherwise) => new URL(this.getAttribute(name) || otherwise, location.href).href.replace(/\/+$/, "");
    const base = given("server", new URL(".", script?.src || location.href).href);
    this.#key = `${NAME} ${base} ${this.getAttribute("collection") || ""}`;
    this.server = new Server(base, given("ticket-url", `${base}/api/ticket`));
    this.#load();
    this.#draw();
    this.#listen();
    this.#dress();
    if (this.#floats ? kept("sessionStorage", this.#key) && !narrow.matches : this.#conversation) this.#toggle(true, false);
  }

  #draw() {
    const floats = this.#floats;
    this.#turns = [];
    this.#restored = false;
    this.live = h("div", { class: "unseen", role: "status" });
    this.heading = h("h2", { id: "heading" });
    this.hello = h("p", { class: "hello" }, this.say("hello"));
    this.log = h("div", { class: "log", role: "region", "aria-labelledby": "heading", tabindex: 0 }, this.hello);
    this.input = h("textarea", { rows: 1, enterkeyhint: "send", input: () => this.#grow() });
    this.sender = button("send", { click: () => (this.#running ? this.#running.abort() : this.#submit()) });
    this.panel = h("div", { class: "panel", role: floats ? "dialog" : "group", "aria-labelledby": "heading" },
      h("header", {}, this.heading, tool("fresh", this.say("fresh"), () => this.#renew()), floats && tool("close", this.say("close"), () => this.#toggle(false))),
      this.log,
      h("form", {}, this.input, this.sender));
    this.launcher = button("launcher", { "aria-haspopup": "dialog", click: () => this.#toggle(true) }, icon("ask"), h("span", {}));
    // An empty title keeps the element's own, which names the widget, from showing as a tooltip over all of it.
    this.#root = h("div", { title: "", lang: this.language }, floats && this.launcher, this.panel, this.live);
    this.panel.hidden = floats;
    this.#setSender();
    const shadow = this.shadowRoot || this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    shadow.adoptedStyleSheets = [sheet];
    shadow.replaceChildren(this.#root);
  }

  #listen() {
    this.#ends = new AbortController();
    const on = (target, type, act) => target.addEventListener(type, safely(act), this.#ends);
    for (const type of ["keydown", "keyup", "keypress"]) {
      on(this.shadowRoot, type, (event) => {
        event.stopPropagation();  // the wiki has shortcuts of its own
        if (type === "keydown") this.#press(event);
      });
    }
    on(dark, "change", () => this.#dress());
    on(window, "load", () => this.#dress());  // the page's own styles may come late
    for (const type of ["resize", "scroll"]) on(visualViewport, type, () => this.#place());
    on(window, "storage", (event) => {  // another tab has asked, or begun anew
      if (event.key !== this.#key || this.#running) return;
      this.#load();
      this.#restored = false;
      if (!this.panel.hidden) this.#restore();
    });
  }

  // Where a page is wider than the phone, what is fixed lies in a box that is not seen whole. Zooming in changes nothing.
  #place() {
    for (const name of visualViewport.scale > 1.01 ? [] : ["offsetLeft", "offsetTop", "width", "height"]) {
      for (const part of [this.panel, this.launcher]) part.style.setProperty(`--${name}`, `${visualViewport[name]}px`);
    }
  }

  #dress() {
    this.#place();
    const wanted = this.getAttribute("theme");
    const theme = /^(light|dark)$/.test(wanted) ? wanted : isDark() ? "dark" : "light";
    const text = (name) => this.getAttribute(name) || this.say(name);
    this.#root.dataset.theme = theme;
    this.#root.className = `root ${this.#floats ? "float" : this.getAttribute("mode")} ${this.getAttribute("position")}`;
    this.heading.textContent = this.launcher.lastChild.textContent = this.launcher.ariaLabel = text("title");
    this.input.placeholder = this.input.ariaLabel = text("placeholder");
    this.#root.style.cssText = coloursOf(this.getAttribute("accent"), theme);
  }

  #press(event) {
    if (event.isComposing || event.keyCode === 229) return;  // the key chooses a word of an input method
    if (event.key === "Enter" && !event.shiftKey && event.target === this.input) {
      event.preventDefault();
      if (!this.#running) this.#submit();
    } else if (event.key === "Escape") {
      const turn = this.#turns.find((one) => one.element.contains(this.focused()));
      if (!turn?.close() && this.#floats) this.#toggle(false);
    } else if (event.key === "Tab" && this.#floats && narrow.matches) {  // the page below is covered
      const stops = [...this.panel.querySelectorAll("button, a, textarea, .log")];
      if (event.shiftKey) stops.reverse();
      if (this.focused() === stops.at(-1)) {
        event.preventDefault();
        stops[0].focus();
      }
    }
  }

  #toggle(open, focus = true) {
    this.#dress();
    if (this.#floats) {
      this.panel.hidden = !open;
      this.launcher.hidden = open;
      kept("sessionStorage", this.#key, open ? "open" : "");
    }
    if (focus) (open ? this.input : this.launcher).focus({ preventScroll: true });
    if (open) this.#restore();
  }

  #grow() {
    this.input.style.height = "";
    this.input.style.height = `${this.input.scrollHeight + 2}px`;
  }

  #setSender() {
    const name = this.#running ? "stop" : "send";
    this.sender.ariaLabel = this.sender.title = this.say(name);
    this.sender.replaceChildren(icon(name));
  }

  // ---- the conversation -------------------------------------------------------------------------------------------
  #load() {
    let state;
    try {
      state = JSON.parse(kept("localStorage", this.#key));
    } catch { /* not ours */ }
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    if (/^[0-9a-f]{32}$/.test(state?.owner)) this.server.owner = state.owner;
    this.server.owner ||= Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    this.#conversation = state?.conversation;
  }

  #save(conversation) {
    this.#conversation = conversation;
    kept("localStorage", this.#key, JSON.stringify({ owner: this.server.owner, conversation, at: Date.now() }));
  }

  #clear() {
    this.#turns = [];
    this.log.replaceChildren(this.hello);
  }

  #renew() {
    this.#running?.abort();
    this.#clear();
    unmark();
    this.#save(null);
    this.input.focus();
  }

  async #fetchTurns() {
    return (await (await this.server.call(`/api/conversations/${this.#conversation}`)).json()).turns;
  }

  async #restore() {
    if (this.#restored || this.#running) return;
    this.#restored = true;
    if (!this.#conversation) {
      this.#clear();
      return;
    }
    try {
      const turns = await this.#fetchTurns();
      if (this.#running) return;
      this.#clear();
      for (const { answer, feedback } of turns) this.#addTurn(answer.question, "old").finish(answer, feedback);
      this.log.scrollTo(0, this.log.scrollHeight);
    } catch (problem) {
      this.#restored = false;
      if (problem.status === 404) this.#save(null);  // it has expired
      else this.log.append(problemBox(this, problem, () => { this.#clear(); this.#restore(); }));
    }
  }

  #addTurn(question, kind) {
    const turn = new Turn(this, question);
    turn.wait();
    if (kind) turn.element.classList.add(kind);
    if (!this.#turns.length) this.log.replaceChildren();
    this.#turns.push(turn);
    this.log.append(turn.element);
    return turn;
  }

  #submit() {
    const question = this.input.value.trim();
    if (!question) return;
    this.input.value = "";
    this.#grow();
    this.#ask(this.#addTurn(question));
  }

  async #ask(turn) {
    const running = this.#running = new AbortController();
    this.#setSender();
    this.announce(this.say("reading"));
    turn.wait();
    // The newest question goes to the top, so that its answer is read from its beginning.
    this.log.scrollTo({ top: turn.element.offsetTop, behavior: matchMedia("(prefers-reduced-motion)").matches ? "instant" : "smooth" });
    try {
      for (let tries = TRIES; ; tries -= 1) {
        try {
          await this.#stream(turn, running.signal);
          break;
        } catch (problem) {
          if (problem.kind !== "busy" || tries === 1) throw problem;
          turn.wait();
          turn.fail({ text: `${this.say("busy")} (${problem.wait} s)` });
          await pause(problem.wait, running.signal);
          turn.wait();
        }
      }
    } catch (error) {
      const problem = error?.kind ? error : new Problem("broken");
      if (problem.text) this.input.value ||= turn.question;  // the question itself is at fault, and can be changed
      if (this.#turns.includes(turn)) turn.fail(problem, !problem.text && (() => this.#running || this.#ask(turn)));
    } finally {
      if (this.#running === running) this.#running = null;
      this.#setSender();
    }
  }

  async #stream(turn, signal) {
    const conversation = this.#conversation;
    const body = { question: turn.question, conversation, collection: this.getAttribute("collection"), within: this.getAttribute("within") };
    let response;
    try {
      response = await this.server.call("/api/ask", { body, signal, accept: "text/event-stream" });
    } catch (problem) {
      if (problem.status !== 404 || !conversation) throw problem;
      this.#save(null);  // the conversation has expired
      return this.#stream(turn, signal);
    }
    for await (const [name, data] of eventsOf(response.body)) {
      if (name === "citation") turn.cite(data);
      else if (name === "sentence") turn.add(data);
      else if (name === "understood") turn.understand(data.standalone_question);
      else if (name === "error") throw problemOf(data.status, data.message);
      else if (name === "done") {
        turn.finish(data);
        this.#restored = true;
        this.#save(data.conversation);
        this.announce(turn.spoken);
        return null;
      }
    }
    throw new Problem("broken");
  }
}
