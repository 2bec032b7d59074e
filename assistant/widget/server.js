// Talks to the assistant's server: tickets, requests, the stream of an answer, and why something did not work.
class Problem extends Error {
  constructor(kind, status, text, wait) {
    super(kind);
    Object.assign(this, { kind, status, text, wait });
  }
}

function problemOf(status, text, wait) {
  if (status === 401 || status === 403) return new Problem("forbidden", status);
  if (status === 429) return new Problem("busy", status, "", Math.min(60, Math.max(1, wait || 5)));
  return new Problem("failed", status, status < 500 ? text : "");
}

// Resolves after so many seconds; rejects when the signal aborts.
const pause = (seconds, signal) => new Promise((resolve, reject) => {
  setTimeout(resolve, seconds * 1000);
  signal.addEventListener("abort", reject);
});

// [name, data]… of a stream of server-sent events.
async function* eventsOf(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (text + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
      text = blocks.pop();
      for (const block of blocks) {
        const [, name, data] = block.match(/^event: (.*)\r?\ndata: (.*)$/m) || [];
        if (data) yield [name, JSON.parse(data)];
      }
    }
  } finally {
    drain(reader).catch(() => {});
  }
}

// What is left of a stream is read, too: a connection that is cut looks like a reader who has gone.
async function drain(reader) {
  while (!(await reader.read()).done) { /* nothing more is wanted */ }
}

class Server {
  #held;

  // `base` has no slash at its end; `ticketAddress` is where tickets come from. The secret of this browser, `owner`, comes later.
  constructor(base, ticketAddress) {
    Object.assign(this, { base, ticketAddress, ours: new URL(base).origin === location.origin });
  }

  // The answer to a request with a ticket; a Problem for any status but 2xx. A ticket that is refused is fetched anew, once.
  async call(path, { body, signal, accept = "application/json" } = {}, again = true) {
    const headers = { "x-assistant-owner": this.owner, accept };
    const ticket = await this.#ticket(signal);
    if (ticket) headers.authorization = `Bearer ${ticket}`;
    if (body) headers["content-type"] = "application/json";
    try {
      return await this.#send(this.base + path, { method: body ? "POST" : "GET", headers, signal, body: body && JSON.stringify(body) });
    } catch (problem) {
      if (problem.status !== 401 || !again) throw problem;
      this.#held = null;
      return this.call(path, { body, signal, accept }, false);
    }
  }

  async #ticket(signal) {
    if (!(Date.now() < this.#held?.until)) {
      let given = {};
      try {
        given = await (await this.#send(this.ticketAddress, { method: "POST", signal })).json();
      } catch (problem) {
        if (!this.ours || problem.kind !== "forbidden") throw problem;  // a page of the service's own may be known otherwise
      }
      this.#held = { ticket: given.ticket, until: Date.now() + ((given.expires_in || 60) - 10) * 1000 };
    }
    return this.#held.ticket;
  }

  async #send(address, options) {
    let response;
    try {
      response = await fetch(address, { cache: "no-store", ...options });
    } catch {
      throw new Problem(options.signal?.aborted ? "broken" : await this.#silence());
    }
    if (response.ok) return response;
    const said = await response.json().catch(() => null);
    throw problemOf(response.status, said?.error?.message, +response.headers.get("retry-after"));
  }

  // A refusal to another origin cannot be read by the page: it looks as if nobody answered. A script can always be fetched.
  async #silence() {
    if (!navigator.onLine) return "offline";
    try {
      await fetch(`${this.base}/widget.js`, { mode: "no-cors", cache: "no-store" });
      return this.ours ? "unreachable" : "forbidden";
    } catch {
      return "unreachable";
    }
  }
}
