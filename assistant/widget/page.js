// Finds a sentence in the page being read, scrolls to it and marks it, without touching the page's elements.
const MARK = "cited-assistant";
const UNREAD = "script, style, noscript, template, textarea, select, cited-assistant";
const SOLID = /[\p{L}\p{N}]/u;

// Letters and digits only: white space, punctuation and accents written apart differ between a page and its stored text.
const solid = (text) => text.normalize("NFD").replace(/[^\p{L}\p{N}]+/gu, "");

// The text nodes below an element, and where each begins in their joined solid text.
function readPage(root, unread) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, {
    acceptNode: (node) => (node.nodeType === Node.TEXT_NODE ? NodeFilter.FILTER_ACCEPT
      : node.matches(unread) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP),
  });
  const pieces = [];
  let text = "";
  while (walker.nextNode()) {
    const piece = solid(walker.currentNode.data);
    if (piece) pieces.push({ node: walker.currentNode, start: text.length });
    text += piece;
  }
  return { pieces, text };
}

// The place of a solid character: its text node, and the offset before it in the node's own text.
function placeOf(pieces, at) {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (pieces[middle].start <= at) low = middle;
    else high = middle - 1;
  }
  const { node, start } = pieces[low];
  let passed = start;
  let offset = 0;
  for (const character of node.data) {
    const next = passed + solid(character).length;
    if (next > at) break;
    passed = next;
    offset += character.length;
  }
  return { node, offset };
}

const inWord = (text, at) => SOLID.test(text.charAt(at - 1)) && SOLID.test(text.charAt(at));

function rangesOf(quote, root, unread) {
  const wanted = solid(quote);
  const { pieces, text } = readPage(root, unread);
  const found = [];
  for (let at = text.indexOf(wanted); wanted && at >= 0; at = text.indexOf(wanted, at + 1)) {
    const from = placeOf(pieces, at);
    const to = placeOf(pieces, at + wanted.length - 1);
    const range = document.createRange();
    range.setStart(from.node, from.offset);
    range.setEnd(to.node, ending(to));
    if (!inWord(from.node.data, from.offset) && !inWord(to.node.data, range.endOffset) && range.getClientRects().length) found.push(range);
  }
  return found;
}

// Behind the last letter, with its accents and the marks that end a sentence.
function ending({ node, offset }) {
  const length = String.fromCodePoint(node.data.codePointAt(offset)).length;
  const [marks] = node.data.slice(offset + length).match(/^[\p{M}.!?…。！？»”’"')\]]*/u);
  return offset + length + marks.length;
}

// The range of a citation's sentence in this page, or null. Of equal sentences the one that stands at its place in the document.
function findSentence(citation) {
  const earlier = Number(/-(\d+)$/.exec(citation.sentence_id)?.[1] || 0);
  const roots = [...document.querySelectorAll("main, [role=main]"), document.body];
  for (const unread of [UNREAD, `${UNREAD}, sup, rt`]) {  // a footnote's number may stand in the midst of a sentence
    for (const root of roots) {
      const found = rangesOf(citation.quote, root, unread);
      if (found.length) return found[Math.min(earlier, found.length - 1)];
    }
  }
  return null;
}

let markSheet = null;

function markRange(range) {
  if (!CSS.highlights) {
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    return;
  }
  if (!markSheet) {
    markSheet = new CSSStyleSheet();
    markSheet.replaceSync(`::highlight(${MARK}) { background-color: #fdeeb5; color: #1c2127; text-decoration: underline 2px #c99700; }
      @media (forced-colors: active) { ::highlight(${MARK}) { background-color: Highlight; color: HighlightText; } }`);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, markSheet];
  }
  CSS.highlights.set(MARK, new Highlight(range));
}

function unmark() {
  CSS.highlights?.delete(MARK);
}

// Scrolls, at once, until a range can be seen; a paragraph may be longer than the window.
function scrollToRange(range) {
  range.startContainer.parentElement.scrollIntoView({ block: "center", behavior: "instant" });
  const { top, bottom } = range.getBoundingClientRect();
  if (top < 60 || bottom > innerHeight - 60) scrollBy({ top: top - innerHeight / 3, behavior: "instant" });
}
