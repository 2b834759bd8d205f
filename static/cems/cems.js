// Start of every page: the design systems' components, and what the other scripts share.
// No inline script, no eval: the content security policy allows neither.

const here = document.getElementById("cems-script")?.dataset ?? {};
const channel = "BroadcastChannel" in window ? new BroadcastChannel("cems") : null;

// The cookie, not the page's own token: signing in again in another tab changes it.
function csrfToken() {
  const cookie = document.cookie.match(/(?:^|;\s*)(?:__[A-Za-z]+-)?csrftoken=([^;]+)/);
  return cookie ? decodeURIComponent(cookie[1]) : (document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "");
}

// randomUUID is missing where a page is served without TLS from another machine.
function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, hex);
}

const SLOWEST = 60; // seconds

// Asks our own server every few seconds what is new: slower while nothing answers, at once when the tab is looked
// at or online again. The page asks, and nobody in person: the server counts neither activity nor a read.
//
// page: url(), every (seconds), hidden (seconds between questions in a hidden tab; null: none), accept,
//       well() it answers · heard(answer) something is new · closed(answer) 403, 404: no longer open to this person
//       lost(tries, signedOut) no answer, so many times now
class Poller {
  constructor(page) {
    this.page = page;
    this.tag = "";
    this.tries = 0;
    document.addEventListener("visibilitychange", () => !document.hidden && this.soon());
    window.addEventListener("online", () => this.soon());
  }

  soon() {
    if (!document.hidden || this.page.hidden !== null) this.in(0.3);
  }

  next() {
    const { every, hidden } = this.page;
    const pace = Math.min(every * 2 ** Math.min(this.tries, 6), Math.max(SLOWEST, every));
    this.in(document.hidden ? hidden : pace);
  }

  in(seconds) {
    clearTimeout(this.timer);
    if (!this.over && seconds !== null) this.timer = setTimeout(() => this.ask(), seconds * 1000);
  }

  end() {
    this.over = true;
    clearTimeout(this.timer);
  }

  async ask() {
    if (this.asking || this.over) return;
    this.asking = true;
    try {
      const answer = await fetch(this.page.url(), {
        headers: {
          "If-None-Match": this.tag,
          "X-CEMS-Polling": "1",
          "X-Requested-With": "cems",
          Accept: this.page.accept,
        },
        cache: "no-store",
        redirect: "manual",
        signal: AbortSignal.timeout(15_000),
      });
      await this.take(answer);
    } catch {
      this.miss(false);
    } finally {
      this.asking = false;
      this.next();
    }
  }

  async take(answer) {
    if (answer.type === "opaqueredirect" || answer.status === 401) return this.miss(true);
    if ([403, 404].includes(answer.status)) {
      this.end();
      return this.page.closed(answer);
    }
    if (!answer.ok && answer.status !== 304) return this.miss(false);
    this.tries = 0;
    this.page.well();
    if (answer.status === 304) return null;
    await this.page.heard(answer);
    this.tag = answer.headers.get("ETag") ?? "";
    return null;
  }

  miss(signedOut) {
    this.tag = "";
    this.tries += 1;
    this.page.lost(this.tries, signedOut);
  }
}

window.cems = {
  user: document.body.dataset.user ?? "",
  csrfToken,
  newKey,
  poll: (page) => new Poller(page),

  // POST to our own server. A redirect is not followed: it means the sign-in has ended.
  post(url, body, seconds = 15) {
    return fetch(url, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "cems", Accept: "application/json" },
      redirect: "manual",
      credentials: "same-origin",
      signal: AbortSignal.timeout(seconds * 1000),
    });
  },

  // The server has answered this person: every tab's idle time starts again.
  seen() {
    document.dispatchEvent(new CustomEvent("cems:seen", { detail: { user: this.user } }));
    channel?.postMessage({ seen: this.user });
  },
};

channel?.addEventListener("message", ({ data }) => {
  if (data?.seen) document.dispatchEvent(new CustomEvent("cems:seen", { detail: { user: data.seen } }));
});
if (window.cems.user) window.cems.seen();

// No event, or only that a colleague saved something: nobody here did anything.
const isPoll = (event) => !event || event.type === "cems:live";

document.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers["X-CSRFToken"] = csrfToken();
  // The server must not count it as somebody being there.
  if (isPoll(detail.triggeringEvent)) detail.headers["X-CEMS-Polling"] = "1";
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful && !isPoll(detail.requestConfig?.triggeringEvent)) window.cems.seen();
});

async function startComponents(scope) {
  if (!here.govuk) return;
  const systems = await Promise.all([import(here.govuk), import(here.moj)]);
  for (const system of systems) system.initAll(scope ? { scope } : undefined);
}
startComponents();
document.addEventListener("htmx:load", ({ detail }) => {
  if (detail.elt !== document.body) startComponents(detail.elt);
});

// "More" lies over the page: Escape, or a press elsewhere, puts it away.
for (const more of document.querySelectorAll(".cems-more > .cems-fold")) {
  const shut = (focus) => {
    if (!more.open) return;
    more.open = false;
    if (focus) more.firstElementChild.focus();
  };
  document.addEventListener("keydown", ({ key }) => key === "Escape" && shut(true));
  document.addEventListener("click", ({ target }) => !more.parentElement.contains(target) && shut(false));
}

// Errors and what happened are read out and reachable at once, also after a full page load.
document.querySelector("[data-focus-first]")?.focus();
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
