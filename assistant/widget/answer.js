// One question and its answer: sentences as they come, chips, the cited sentence in place, refusals, problems.
const FRESH = 8 * 60_000;  // milliseconds; the pass in a source view's address lives somewhat longer

// What went wrong, in words, and a button to try again.
function problemBox(ui, problem, again) {
  const text = problem.text || ui.say(problem.kind);
  ui.announce(text);
  return h("div", { class: "problem" }, h("span", {}, text), again && button("again", { click: again }, ui.say("retry")));
}

// A question without what makes no other one of it.
const folded = (text) => text.replace(/[\s.?!]+/g, " ").trim().toLowerCase();

class Turn {
  #citations = {};
  #views = {};
  #seen = 0;  // when the views were fetched
  #text;
  #group;
  #context;
  #said;
  #understood;
  #open;

  constructor(ui, question) {
    Object.assign(this, { ui, question, body: h("div", {}) });
    this.element = h("section", { class: "turn" }, h("h3", { dir: "auto" }, question), this.body);
  }

  wait() {
    this.#text = this.#group = this.#open = null;
    this.#said = [];
    this.body.replaceChildren(h("p", { class: "waiting" }, h("i", {}), h("i", {}), h("i", {}), h("span", {}, this.ui.say("reading"))));
  }

  cite(citation) {
    this.#citations[citation.number] = citation;
    this.views({ [citation.number]: citation.view });
  }

  views(views) {
    for (const [number, view] of Object.entries(views || {})) if (view) this.#views[number] = view;
    this.#seen = Date.now();
  }

  add(sentence) {
    if (!this.#text) this.body.replaceChildren((this.#text = h("div", { class: "text" })));
    const cited = sentence.citations.map((number) => this.#citations[number]).filter(Boolean);
    const context = cited.find((one) => one.context)?.context || "";
    const row = cited.length === 1 && sentence.verdict === "source" && cellsOf(sentence.text, context);
    if (!this.#group || context !== this.#context) {
      this.#group = h("div", { class: context && "about", dir: "auto" }, context && !row && h("bdi", { class: "lead" }, context));
      this.#text.append(this.#group);
    }
    this.#context = context;
    const doubt = !/^s/.test(sentence.verdict) && h("span", { class: "doubt" }, this.ui.say("partly"));  // neither source nor supported
    const place = h("span", { class: "sentence" }, row || h("bdi", {}, sentence.text), doubt);
    // No break is allowed between the last word and its chips: a chip alone on a line belongs to nothing.
    const chips = h("span", { class: "chips" }, "\u2060", ...cited.map((one) => this.#chip(one, place)));
    if (row) row.append(chips);
    else place.firstChild.after(chips);
    place.style.animationDelay = `${Math.min(this.#said.length, 8) * 70}ms`;
    this.#group.append(place, " ");
    this.#said.push(sentence.text);
  }

  // Shows the question as it was understood, where that is another one.
  understand(question) {
    if (this.#understood || folded(question) === folded(this.question)) return;
    this.#understood = h("p", { class: "fact" }, this.ui.say("understood", 0, question));
    this.body.before(this.#understood);
  }

  // The whole record, which is the truth: what was shown and is not in it goes, what is not shown yet comes; remarks, and
  // what can be done with the answer.
  finish(record, feedback) {
    const { say } = this.ui;
    this.record = record;
    this.understand(record.standalone_question);
    for (const citation of record.citations) this.cite(citation);
    this.views(record.views);
    if (this.#said.some((text, at) => text !== record.sentences[at]?.text)) this.wait();
    if (!record.sentences[0]) this.body.replaceChildren();
    for (const sentence of record.sentences.slice(this.#said.length)) this.add(sentence);
    const remarks = [record.verdict === "partial" && say("partial"), record.withheld && say("withheld", record.withheld), ...record.notes];
    const kind = record.verdict === "talk" ? "text" : "remark";
    const nearest = record.nearest.map((one) => this.#card(one));
    if (this.refused) this.body.append(h("p", { class: "refused" }, say("refused")));
    if (nearest[0]) this.body.append(h("p", { class: "fact" }, say("nearest")), ...nearest);
    this.body.append(...remarks.filter(Boolean).map((remark) => h("p", { class: kind }, remark)), this.#foot(feedback));
  }

  fail(problem, again) {
    if (!this.#text) this.body.replaceChildren();
    this.body.append(problemBox(this.ui, problem, again));
  }

  // Closes the open card and gives the focus back to its chip; false if none is open.
  close() {
    if (!this.#open) return false;
    const { chip, card } = this.#open;
    if (card.contains(this.ui.focused())) chip.focus();
    card.remove();
    chip.setAttribute("aria-expanded", "false");
    this.#open = null;
    return true;
  }

  #chip(citation, place) {
    const { title } = citation.document;
    const click = () => {
      const same = this.#open?.chip === chip;
      this.close();
      if (same) return;
      const card = this.#card(citation);
      place.after(card);
      chip.setAttribute("aria-expanded", "true");
      this.#open = { chip, card };
      card.scrollIntoView({ block: "nearest" });
    };
    const chip = button("chip", { "aria-expanded": "false", "aria-label": this.ui.say("cite", citation.number, title), title, click }, `${citation.number}`);
    return chip;
  }

  #card(citation) {
    const { document: source, quote, context, heading, pages, phrase } = citation;
    const number = pages && `p. ${[...new Set(pages)].join("–")}`;
    const where = [heading.join(" › "), number].filter(Boolean).join(" · ");
    const day = dayOf(source.modified, this.ui.language);
    const row = cellsOf(quote, context, phrase);
    return h("div", { class: "card", role: "group", "aria-label": source.title },
      h("bdi", { class: "name" }, source.title),
      h("bdi", { class: "where" }, where, where && day && " · ", day && h("time", {}, day)),
      !row && context && h("bdi", { class: "lead" }, context),
      quote && h("blockquote", { dir: "auto" }, row || marked(quote, phrase)),
      citation.stale && h("span", { class: "stale" }, this.ui.say("stale")),
      quote && this.#way(citation));
  }

  // How to see the sentence where it stands: in this page, in its own page, or in the server's view of the document.
  #way(citation) {
    const { say } = this.ui;
    if (isThisPage(citation.address)) {
      const go = button("go", { click: () => {
        if (!this.ui.show(citation)) go.replaceWith(h("span", { class: "stale" }, say("lost")));
      } }, say("show"), icon("show"));
      return go;
    }
    const address = sentenceAddress(citation);
    const view = () => this.ui.viewAddress(this.#views[citation.number]);
    const click = async (event) => {
      if (address || Date.now() - this.#seen < FRESH) return;
      event.preventDefault();
      this.views(await this.ui.freshViews(this.record.id));
      window.open(view(), "_blank", "noopener");
    };
    const href = address || view();
    return href && h("a", { class: "go", href, target: "_blank", rel: "noopener", click }, say(address ? "open" : "source"), icon("open"));
  }

  #foot(feedback) {
    const { ui, record } = this;
    const { cited, sentences } = record.coverage;
    const fact = h("span", { class: "fact" }, sentences && ui.say("cited", cited, sentences));
    const copy = tool("copy", ui.say("copy"), async () => {
      const done = await ui.copy(this.plain());
      copy.replaceChildren(icon(done ? "check" : "close"));
      ui.announce(ui.say(done ? "copied" : "failed"));
      setTimeout(() => copy.replaceChildren(icon("copy")), 2000);
    });
    const thumbs = ["up", "down"].map((value) => tool(value, ui.say(value), async () => {
      await ui.feedback(record.id, value);
      for (const one of thumbs) one.setAttribute("aria-pressed", one.value === value);
    }, { value, "aria-pressed": `${feedback === value}` }));
    return h("div", { class: "foot" }, fact, copy, ...(record.conversation ? thumbs : []));
  }

  get refused() {
    return this.record.verdict === "not_found";
  }

  // What is read aloud, once, when the answer is complete.
  get spoken() {
    return this.record.sentences.map((one) => one.text).join(" ") || this.#other;
  }

  // What stands for an answer without sentences.
  get #other() {
    return this.refused ? this.ui.say("refused") : this.record.notes.join(" ");
  }

  // The answer with `[n]` behind each sentence, and the list of what was cited.
  plain() {
    const { record, ui } = this;
    const text = record.sentences.map((one) => `${one.text} ${one.citations.map((number) => `[${number}]`).join("")}`.trim()).join(" ");
    const lines = (this.refused ? record.nearest : record.citations).map((one) => {
      const origin = [one.document.title, ...one.heading, dayOf(one.document.modified, ui.language), one.address];
      return `[${one.number}] “${one.quote}” — ${origin.filter(Boolean).join(", ").replace(TURNING, "")}`;
    });
    return [record.question, "", text || this.#other, "", ...lines].join("\n");
  }
}
