// Whose conversation it is and which one goes on: a secret of this browser and an id, in its storage. Gradio's events carry no
// header of ours, so they are given both here. `keptConversation` is what page.js knows of it.
window.keptConversation = (() => {
  "use strict";
  const HOME = new URL("./", location.href).pathname;
  const KEY = `cited-assistant page ${HOME}`;
  let owner = "";
  let conversation = "";
  let wrote = null;  // the id that the server last wrote on the page, or "" for none

  function recall() {
    let state = null;
    try { state = JSON.parse(localStorage.getItem(KEY)); } catch { /* nothing is kept, or it is not ours */ }
    owner = /^[0-9a-f]{32}$/.test(state?.owner) ? state.owner : "";
    conversation = owner && /^[\w-]{1,64}$/.test(state.conversation) ? state.conversation : "";
  }
  function save() {  // whether it is kept; other tabs are told by the change of it
    try {
      localStorage.setItem(KEY, JSON.stringify({ owner, conversation, at: Date.now() }));
      return true;
    } catch {
      return false;
    }
  }
  function remember(identity) {
    if (identity === conversation) return;
    conversation = identity;
    save();
  }

  recall();
  if (!owner) {
    owner = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (!save()) owner = "";
  }
  const send = window.fetch;
  window.fetch = (resource, options = {}) => {
    const address = new URL(resource.url || resource, location.href);
    if (!owner || address.origin !== location.origin || address.pathname !== `${HOME}gradio_api/queue/join`) return send(resource, options);
    const headers = new Headers(options.headers);
    headers.set("x-assistant-owner", owner);
    if (conversation) headers.set("x-assistant-conversation", conversation);
    return send(resource, { ...options, headers });
  };
  const kept = {
    restoring: Boolean(conversation),  // a conversation that is shown again is neither announced nor scrolled through
    get settled() { return !conversation || wrote !== null; },
    begin: () => remember(""),
    save: () => conversation && save(),
    follow() {  // what the server has written on the page
      const said = document.querySelector("#kept p")?.textContent;
      if (said !== undefined && said !== wrote) remember(wrote = said);
      document.body.classList.toggle("kept", Boolean(conversation));
    },
  };
  addEventListener("storage", (event) => {  // another tab has asked, or begun anew
    if (event.key !== KEY || document.body.classList.contains("asking")) return;
    recall();
    kept.restoring = true;
    document.querySelector("#restore")?.click();
  });
  return kept;
})();
