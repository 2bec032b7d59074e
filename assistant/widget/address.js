// Addresses of cited pages: which are safe, which is the page being read, and the one that leads to a sentence.
const BETWEEN = " | ";  // between the cells of a table row, and between the column names in its context
const EXACT = 300;  // characters; a longer sentence is named by its beginning and its end
const LOOSE = /^(utm_\w+|s\[\]|redirect|useskin|uselang)$/;  // in a query, these do not make another page

// [[column, cell]…] of a table row; empty where names and cells do not pair up.
function pairs(row, context) {
  const names = (context || "").split(BETWEEN);
  const cells = row.split(BETWEEN);
  return names.length > 1 && names.length === cells.length ? cells.map((cell, at) => [names[at], cell]) : [];
}

function webAddress(text) {
  try {
    const url = new URL(text);
    return url.protocol === "http:" || url.protocol === "https:" ? url : null;
  } catch {
    return null;
  }
}

const decoded = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

// What an address of a wiki names: MediaWiki and DokuWiki write the same page as a path or as a parameter.
function named(url) {
  const query = new URLSearchParams([...url.searchParams].filter(([key]) => !LOOSE.test(key)));
  let path = decoded(url.pathname).replace(/(.)\/+$/, "$1");
  const [, script, kind, below] = path.match(/^(.*\/(index|doku)\.php)(?:\/(.+))?$/) || [];
  const key = kind === "doku" ? "id" : "title";
  let title = "";
  if (script) {
    title = below || query.get(key) || "";
    title = kind === "doku" ? title.replace(/\//g, ":").replace(/^:/, "").toLowerCase() : wikiTitle(title);
    path = script;
    query.delete(key);
    if (query.get("do") === "show") query.delete("do");
  }
  query.sort();
  return { origin: url.origin, path, title, rest: query.toString() };
}

const wikiTitle = (text) => {
  const words = text.replace(/[_ ]+/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

function sameName(one, other) {
  if (one.origin !== other.origin || one.rest !== other.rest) return false;
  if (one.path === other.path && one.title === other.title) return true;
  const [written, short] = one.title ? [one, other] : [other, one];  // index.php?title=Page is /wiki/Page elsewhere
  if (!written.title || short.title) return false;
  return wikiTitle(short.path).endsWith(`/${written.title}`) || short.path.replace(/\//g, ":").endsWith(`:${written.title}`);
}

// Whether an address is the page being read, also by the address or the number that the page itself gives as its own.
function isThisPage(address) {
  const url = webAddress(address);
  if (!url) return false;
  const canonical = webAddress(document.querySelector("link[rel=canonical]")?.href || "");
  const number = document.querySelector("meta[name=ajs-page-id]")?.content;  // Confluence
  const asked = named(url);
  return sameName(asked, named(new URL(location.href)))
    || Boolean(canonical && canonical.origin === location.origin && sameName(asked, named(canonical)))
    || Boolean(number && url.origin === location.origin && url.searchParams.get("pageId") === number);
}

// Percent-encoded for a text directive, in which `-`, `,` and `&` have a meaning of their own.
const encoded = (text) => encodeURIComponent(text.replace(/\p{Cs}/gu, "\ufffd")).replace(/-/g, "%2D");

// The text directive of a citation: `text=…`. A row stands in several blocks, so its longest cell is named.
function directive(citation) {
  const cells = pairs(citation.quote, citation.context).map(([, cell]) => cell);
  const most = cells.reduce((best, cell) => (cell.length > best.length ? cell : best), "");
  const text = (most || citation.quote).replace(/\s+/g, " ").trim();
  if (text.length <= EXACT) return "text=" + encoded(text);
  const [start, end] = [text.slice(0, 90).match(/^(.*)\s/), text.slice(-90).match(/\s(.*)$/)];
  return start && end ? `text=${encoded(start[1])},${encoded(end[1])}` : "text=" + encoded(text);
}

// The address that opens a cited page at its sentence, or "" where there is no web address. One that has a text directive is kept.
function sentenceAddress(citation) {
  const url = webAddress(citation.address);
  if (!url) return "";
  if (!url.hash.includes(":~:")) url.hash = `${url.hash || "#"}:~:${directive(citation)}`;
  return url.href;
}
