// Colleagues in one paper at the same time: <div data-live="URL" data-page data-every data-changed data-instrument>.
//
// Asks every few seconds who else is here and what they saved; hardly ever while the tab is hidden.
// Sends   page, typing, away, and CODE-version for each [data-answer]; If-None-Match
// Expects 200 {people, typing, saved: {code: {version, words, values}}, changed, instrument} or {closed}
//         304 nothing new · 403, 404 no longer open to this person
// Nothing somebody typed here is touched: see Answer.arrive. What one reads stays where it is.

const HIDDEN = 60; // seconds
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
    this.changed = box.dataset.changed;
    this.mine = false; // something was saved here since the last answer
    this.typed = { name: "", at: -Infinity };
    this.waiting = new Map(); // what colleagues saved that is not shown yet
    this.places = new Map(
      (window.cems.answers?.() ?? []).map((answer) => [answer.group.dataset.answer, this.place(answer)]),
    );
    document.addEventListener("focusout", () => setTimeout(() => this.settle(), 0));
    this.poller = window.cems.poll({
      url: () => `${box.dataset.live}?${this.query()}`,
      every: Number(box.dataset.every),
      hidden: HIDDEN,
      accept: "application/json",
      well: () => this.found(),
      heard: async (answer) => this.apply(await answer.json()),
      closed: (answer) => this.closed(answer),
      lost: (tries, signedOut) => tries >= LOST && this.lost(signedOut),
    });
    this.poller.soon();
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

  query() {
    const query = new URLSearchParams({ page: this.box.dataset.page });
    if (document.hidden) query.set("away", "1");
    if (performance.now() - this.typed.at < STILL_TYPING) query.set("typing", this.typed.name);
    for (const [name, { answer }] of this.places) query.set(`${name}-version`, answer.group.dataset.version);
    return query;
  }

  async closed(answer) {
    const reply = answer.status === 403 ? await answer.json().catch(() => null) : null;
    const words = "This matrix is no longer open to you.";
    this.end(reply?.message ?? (answer.status === 404 ? `${words} ${COPY}` : words));
  }

  found() {
    this.say("");
    this.settle();
  }

  lost(signedOut) {
    this.show([], {});
    this.say(
      signedOut
        ? "You are signed out: what colleagues save does not show here. What you typed stays on this page."
        : "Not connected: what colleagues save does not show here just now.",
    );
  }

  end(words, link) {
    this.poller.end();
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

const COPY = "What you typed stays on this page: copy it before you leave.";
const MOVED = "A colleague moved this matrix to the newer questions. Copy what is not saved, then go on there.";
const WAITS = (words) => ({
  unsaved: `${words}. You will see both when yours is saved.`,
  "in use": `${words}. It shows here when you leave this question.`,
});

for (const box of document.querySelectorAll("[data-live]")) new Live(box);
