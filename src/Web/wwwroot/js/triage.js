// Quarantine by keyboard. The list, the preview and the forms are those of the plain page: this element fetches the same
// addresses and posts the same forms, and puts the answers in place instead of loading a page.
class Triage extends HTMLElement {
  #abort = null;

  connectedCallback() {
    document.addEventListener("keydown", this.#onKey);
    this.addEventListener("click", this.#onClick);
    this.addEventListener("submit", this.#onSubmit);
    document.querySelector("[data-show-keys]")?.addEventListener("click", this.#showKeys);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#onKey);
  }

  get #rows() { return [...this.querySelectorAll("[data-row]")]; }
  get #current() { return this.querySelector("[data-row].chosen"); }
  get #live() { return this.querySelector("[data-live]"); }

  #showKeys = () => document.querySelector("[data-keys]")?.showModal();

  #onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea, dialog")) return;
    const acts = { j: () => this.#move(1), k: () => this.#move(-1), x: () => this.#pick(), r: () => this.#act("release"), d: () => this.#act("delete"), "?": this.#showKeys };
    const act = acts[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  };

  #move(step) {
    const rows = this.#rows;
    if (rows.length === 0) return;
    const at = rows.indexOf(this.#current);
    const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step));
    this.#open(rows[next]);
  }

  #pick() {
    const box = this.#current?.querySelector("input[type=checkbox]");
    if (box) box.checked = !box.checked;
  }

  // The chosen ones of the list when there are any, else the open message.
  #act(what) {
    const list = this.querySelector("form[data-list]");
    const form = list?.querySelector(`input[name="Form.Items"]:checked`) ? list : this.querySelector("form[data-one]");
    const button = form?.querySelector(`button[value=${what}]`);
    if (button) form.requestSubmit(button);
  }

  #onClick = (event) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("a[data-open]");
    if (link) {
      event.preventDefault();
      this.#open(link.closest("[data-row]"));
    } else if (event.target.closest("[data-live] [data-cancel]")) {
      event.preventDefault();
      this.#live.replaceChildren();
      this.#current?.querySelector("a[data-open]")?.focus();
    }
  };

  async #open(row) {
    const link = row.querySelector("a[data-open]");
    for (const other of this.#rows) {
      other.classList.toggle("chosen", other === row);
      if (other === row) link.setAttribute("aria-current", "true");
      else other.querySelector("a[data-open]")?.removeAttribute("aria-current");
    }
    link.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    const page = await this.#fetch(link.href);
    if (!page || this.#current !== row) return;
    const preview = page.querySelector("[data-preview]");
    if (!preview) return;
    this.querySelector("[data-preview]").replaceWith(preview);
    this.classList.add("open");
    history.replaceState(null, "", link.href);
  }

  #onSubmit = async (event) => {
    const form = event.target;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter));
    const page = await this.#fetch(form.action, { method: "POST", body });
    const results = page?.querySelector("[data-results]");
    if (!results) {
      location.reload();
      return;
    }
    this.#live.replaceChildren(...results.children);
    this.#live.scrollIntoView({ block: "nearest" });
    this.#live.querySelector("[autofocus]")?.focus();
    this.#settle();
  };

  // Served rows leave the list; the one after them is opened.
  #settle() {
    const done = [...this.#live.querySelectorAll("[data-state=done]")].map((notice) => notice.dataset.key);
    const rows = this.#rows;
    const served = rows.filter((row) => done.includes(row.dataset.key));
    if (served.length === 0) return;
    const last = rows.indexOf(served[served.length - 1]);
    const next = rows.slice(last + 1).find((row) => !served.includes(row)) ?? rows.findLast((row) => !served.includes(row));
    for (const row of served) row.remove();
    if (next) this.#open(next);
    else {
      this.querySelector("[data-preview]").replaceChildren();
      this.classList.remove("open");
    }
  }

  // Null when a newer request has taken its place, or the answer is not a page of ours (signed out, away).
  async #fetch(url, options = {}) {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = options.method === "POST" ? null : abort;
    try {
      const response = await fetch(url, { ...options, signal: abort.signal, credentials: "same-origin" });
      if (response.redirected && new URL(response.url).pathname === "/login") {
        location.assign(response.url);
        return null;
      }
      return new DOMParser().parseFromString(await response.text(), "text/html");
    } catch (error) {
      if (error.name !== "AbortError") location.reload();
      return null;
    }
  }
}

customElements.define("aw-triage", Triage);
