// Colleagues in one paper at the same time: <div data-live="URL" data-page data-every data-changed data-instrument>.
//
// Asks every few seconds who else is here and what they saved; hardly ever while the tab is hidden.
// Sends   page, typing, away, and CODE-version for each [data-answer]; If-None-Match
// Expects 200 {people, typing, saved: {code: {version, words, values}}, changed, instrument} or {closed}
//         304 nothing new · 403, 404 no longer open to this person
// Nothing somebody typed here is touched: see Answer.arrive. What one reads stays where it is.

const HIDDEN = 60; // seconds
const SLOWEST = 60;
const STILL_TYPING = 8_000; // milliseconds after a key
const LOST = 3; // questions without an answer before it is said

// Change the page without moving what is looked at: what has the focus, else the first thing in view.
function steady(change) {
  const inView = (one) =>
    one && one.getBoundingClientRect().bottom > 0 && one.getBoundingClientRect().top < innerHeight;
  const focused = document.activeElement?.closest("main *");
  const anchor = inView(focused)
    ? focused
    : Array.from(document.querySelectorAll("main :is(h1, h2, [data-answer])")).find(
        (one) => one.getBoundingClientRect().top >= 0,
      );
  const before = anchor?.getBoundingClientRect().top;
  change();
  if (anchor?.isConnected && scrollY > 0)
    scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: "instant" });
}

class Live {
  constructor(box) {
    this.box = box;
    this.people = box.querySelector("[data-live-people]");
    this.note = box.querySelector("[data-live-note]");
    this.every = Number(box.dataset.every);
    this.changed = box.dataset.changed;
    this.tag = "";
    this.tries = 0;
    this.mine = false; // something was saved here since the last answer
    this.typed = { name: "", at: -Infinity };
    this.waiting = new Map(); // what colleagues saved that is not shown yet
    this.places = new Map(
      (window.cems.answers?.() ?? []).map((answer) => [answer.group.dataset.answer, this.place(answer)]),
    );
    document.addEventListener("visibilitychange", () => !document.hidden && this.soon());
    window.addEventListener("online", () => this.soon());
    document.addEventListener("focusout", () => setTimeout(() => this.settle(), 0));
    this.soon();
  }

  // Beside each question: who is typing there, and who answered it meanwhile.
  place(answer) {
    const typing = document.createElement("p");
    const mark = document.createElement("p");
    typing.className = "cems-live__typing";
    mark.className = "cems-live__mark";
    mark.setAttribute("role", "status");
    answer.group.querySelector("legend, label").after(typing, mark);
    answer.group.addEventListener("input", () => {
      this.typed = { name: answer.group.dataset.answer, at: performance.now() };
    });
    answer.group.addEventListener("cems:saved", () => {
      this.mine = true;
      mark.textContent = "";
    });
    return { answer, typing, mark };
  }

  soon() {
    clearTimeout(this.timer);
    if (!this.over) this.timer = setTimeout(() => this.ask(), 300);
  }

  next() {
    const pace = document.hidden
      ? HIDDEN
      : Math.min(this.every * 2 ** Math.min(this.tries, 6), Math.max(SLOWEST, this.every));
    clearTimeout(this.timer);
    if (!this.over) this.timer = setTimeout(() => this.ask(), pace * 1000);
  }

  query() {
    const query = new URLSearchParams({ page: this.box.dataset.page });
    if (document.hidden) query.set("away", "1");
    if (performance.now() - this.typed.at < STILL_TYPING) query.set("typing", this.typed.name);
    for (const [name, { answer }] of this.places) query.set(`${name}-version`, answer.group.dataset.version);
    return query;
  }

  async ask() {
    if (this.asking) return;
    this.asking = true;
    try {
      const answer = await fetch(`${this.box.dataset.live}?${this.query()}`, {
        headers: {
          "If-None-Match": this.tag,
          "X-CEMS-Polling": "1", // asked by the page and by nobody: no activity (what is answered with words is a read)
          "X-Requested-With": "cems",
          Accept: "application/json",
        },
        cache: "no-store",
        redirect: "manual",
        signal: AbortSignal.timeout(15_000),
      });
      await this.take(answer);
    } catch {
      this.lost("Not connected: what colleagues save does not show here just now.");
    } finally {
      this.asking = false;
      this.next();
    }
  }

  async take(answer) {
    if (answer.status === 304) return this.found();
    const reply = answer.type === "opaqueredirect" ? null : await answer.json().catch(() => null);
    if (answer.ok && reply) {
      this.tag = answer.headers.get("ETag") ?? "";
      this.found();
      return this.apply(reply);
    }
    if (answer.status === 401 || answer.type === "opaqueredirect") {
      return this.lost(
        "You are signed out: what colleagues save does not show here. What you typed stays on this page.",
      );
    }
    if (answer.status === 404) {
      return this.end(
        "This matrix is no longer open to you. What you typed stays on this page: copy it before you leave.",
      );
    }
    if (answer.status === 403) return this.end(reply?.message ?? "This matrix is no longer open to you.");
    this.lost("Not connected: what colleagues save does not show here just now.");
  }

  found() {
    this.tries = 0;
    this.say("");
    this.settle();
  }

  lost(words) {
    this.tag = "";
    this.tries += 1;
    if (this.tries < LOST) return;
    this.show([], {});
    this.say(words);
  }

  end(words, link) {
    this.over = true;
    this.show([], {});
    this.say(words, link);
  }

  say(words, link) {
    if (this.note.textContent === words) return;
    steady(() => this.note.replaceChildren(words, ...(link ? [" ", link] : [])));
  }

  apply(reply) {
    if (reply.closed) return this.end(reply.closed);
    if (String(reply.instrument) !== this.box.dataset.instrument) return this.end(MOVED, this.reloadLink());
    this.show(reply.people, reply.typing);
    for (const [name, saved] of Object.entries(reply.saved)) this.waiting.set(name, saved);
    const shown = this.settle();
    // What else shows the answers is fetched again, unless only this person's own save is behind it.
    if (reply.changed !== this.changed && (shown || !this.mine)) this.tell();
    this.changed = reply.changed;
    this.mine = false;
  }

  show(people, typing) {
    const lines = people.map((words) => Object.assign(document.createElement("li"), { textContent: words }));
    steady(() => {
      this.people.replaceChildren(...lines);
      for (const [name, place] of this.places) place.typing.textContent = typing[name] ?? "";
    });
  }

  // Show what can be shown of what colleagues saved; whether any of it could.
  settle() {
    let shown = false;
    for (const [name, saved] of this.waiting) {
      const { answer, mark } = this.places.get(name);
      steady(() => {
        const what = answer.arrive(saved);
        if (what === "old" || what === "shown") this.waiting.delete(name);
        shown ||= what === "shown";
        const words = { old: mark.textContent, shown: `${saved.words}.`, ...WAITS(saved.words) }[what];
        if (mark.textContent !== words) mark.textContent = words;
      });
    }
    return shown;
  }

  tell() {
    document.body.dispatchEvent(new CustomEvent("cems:live"));
  }

  reloadLink() {
    return Object.assign(document.createElement("a"), {
      href: location.pathname.replace(/groups\/.*/, ""),
      className: "govuk-link",
      textContent: "Go to the questions as they are now",
    });
  }
}

const MOVED = "A colleague moved this matrix to the newer questions. Copy what is not saved, then go on there.";
const WAITS = (words) => ({
  unsaved: `${words}. You will see both when yours is saved.`,
  "in use": `${words}. It shows here when you leave this question.`,
});

for (const box of document.querySelectorAll("[data-live]")) new Live(box);
