// Saves one answer at a time while somebody types: <form data-autosave="URL">, one [data-answer] a group.
//
// Sends   the group's fields, and answer, version, idempotency_key, user
// Expects 200 {saved_at, version, left?}: left is why a day that was typed is not kept: "partly" typed, "no_such" day
//         409 {conflict: {yours, theirs, theirs_by, version, theirs_values?}}
//         400, 404, 413, or 403 with error not_allowed: {message} · anything else is tried again
// Nothing typed is ever thrown away here: it stays in its field until the server has it.

const BACK_OFF = [2, 5, 10, 20, 40, 60]; // seconds; the last one goes on for as long as the tab is open
const PAUSE = 800; // milliseconds without a key before saving

class Answer {
  constructor(group, form) {
    this.group = group;
    this.form = form;
    this.saved = this.content();
    this.state = "clean";
    this.tries = 0;
    this.refused = null; // content the server will not take
    this.pending = null; // sent, but not known whether it arrived
    this.working = null;
    group.addEventListener("input", () => this.changed(PAUSE));
    group.addEventListener("change", () => this.changed(PAUSE));
    group.addEventListener("focusout", () => this.unsaved && this.state !== "failed" && this.changed(0));
  }

  fields() {
    return Array.from(this.group.querySelectorAll("input, select, textarea")).filter(
      (field) => field.name && !field.disabled && field.type !== "file" && !("versionField" in field.dataset),
    );
  }

  content() {
    const body = new URLSearchParams();
    for (const field of this.fields()) {
      if (["radio", "checkbox"].includes(field.type) && !field.checked) continue;
      const values = field.multiple ? Array.from(field.selectedOptions, (option) => option.value) : [field.value];
      for (const value of values) body.append(field.name, value);
    }
    return body.toString();
  }

  get unsaved() {
    return this.state === "conflict" || this.pending !== null || this.content() !== this.saved;
  }

  changed(delay) {
    clearTimeout(this.timer);
    if (this.state === "conflict" || !this.unsaved || this.content() === this.refused) return;
    if (this.state !== "failed") this.show("typing", "");
    this.timer = setTimeout(() => this.save(), delay);
  }

  save() {
    clearTimeout(this.timer);
    if (this.working || this.state === "conflict" || !this.unsaved) return this.working ?? Promise.resolve();
    this.working = this.send().finally(() => {
      this.working = null;
      if (this.state === "saved" && this.unsaved) this.changed(PAUSE);
    });
    return this.working;
  }

  // A save whose fate is unknown goes again with its own key before anything newer: the server then
  // says what became of it, and nobody is told they conflict with themselves.
  async send() {
    this.pending ??= { content: this.content(), key: window.cems.newKey(), version: this.group.dataset.version };
    if (this.state !== "failed") this.show("saving", "Saving…");
    const body = new URLSearchParams(this.pending.content);
    body.set("answer", this.group.dataset.answer);
    body.set("version", this.pending.version ?? "");
    body.set("idempotency_key", this.pending.key);
    body.set("user", window.cems.user);
    let answer;
    try {
      answer = await window.cems.post(this.form.url, body);
    } catch {
      const why = navigator.onLine ? "the service did not answer" : "you are offline";
      return this.later(`Not saved yet: ${why}. Your text stays on this page.`);
    }
    return this.take(answer);
  }

  async take(answer) {
    const reply = answer.type === "opaqueredirect" ? null : await answer.json().catch(() => null);
    const notAllowed = answer.status === 403 && reply?.error === "not_allowed";
    if (answer.type === "opaqueredirect" || ([401, 403].includes(answer.status) && !notAllowed)) {
      this.pending = null;
      return this.later("Not saved yet: you are signed out. Your text stays on this page.", true);
    }
    if (answer.ok && reply?.saved_at) return this.arrived(reply);
    if (answer.status === 409 && reply?.conflict) return this.disagree(reply.conflict);
    if (answer.status === 429) this.pending = null;
    if (answer.status >= 500 || answer.status === 429 || !reply) {
      return this.later("Not saved yet: the service did not answer. Your text stays on this page.");
    }
    // Refused for what it says: sending the same again cannot help, changing it can.
    this.refused = this.pending.content;
    this.pending = null;
    return this.show("refused", `Not saved: ${reply.message ?? "check this answer"}`);
  }

  arrived({ saved_at: savedAt, version, left }) {
    this.saved = left ? null : this.pending.content;
    this.refused = left ? this.pending.content : null; // the same again would leave the day out again
    this.pending = null;
    this.tries = 0;
    this.version(version);
    if (left === "no_such") this.show("refused", `Saved ${savedAt}, but not the date: there is no such day.`);
    else this.show("saved", left ? `Saved ${savedAt}, but not the date: it is not whole yet.` : `Saved ${savedAt}`);
    window.cems.seen();
    // For what shows the answers elsewhere on the page: hx-trigger="cems:saved from:form".
    this.group.dispatchEvent(new CustomEvent("cems:saved", { bubbles: true }));
  }

  version(version) {
    this.group.dataset.version = version;
    const field = this.group.querySelector("[data-version-field]");
    if (field) field.value = version;
  }

  later(words, signedOut = false) {
    this.show("failed", words, signedOut);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), BACK_OFF[Math.min(this.tries, BACK_OFF.length - 1)] * 1000);
    this.tries += 1;
  }

  show(state, words, signedOut = false) {
    this.state = state;
    this.words = words;
    this.signedOut = signedOut;
    this.group.dataset.state = state;
    this.form.render(this);
  }

  disagree(conflict) {
    const sent = this.pending.content;
    this.pending = null;
    if (sent !== this.content()) return this.send(); // more was typed since: the choice is between whole texts
    this.show("conflict", `Not saved: ${conflict.theirs_by} changed this answer too. Choose which to keep.`);
    this.group.querySelector(".cems-conflict")?.remove();
    const box = document.getElementById("cems-conflict").content.cloneNode(true);
    box.querySelector("[data-theirs-by]").textContent = conflict.theirs_by;
    box.querySelector("[data-yours]").textContent = conflict.yours;
    box.querySelector("[data-theirs]").textContent = conflict.theirs;
    box.querySelector("[data-keep=mine]").addEventListener("click", () => this.settle(conflict, true));
    box.querySelector("[data-keep=theirs]").addEventListener("click", () => this.settle(conflict, false));
    this.group.append(box);
  }

  settle(conflict, mine) {
    this.version(conflict.version);
    this.group.querySelector(".cems-conflict")?.remove();
    if (!mine) this.fill(conflict);
    this.saved = mine ? null : this.content();
    this.show(mine ? "typing" : "saved", mine ? "" : `The text of ${conflict.theirs_by} was kept.`);
    this.fields().at(-1)?.focus();
    if (mine) this.save();
  }

  // A colleague saved this. Nothing touched here gives way: it waits, and a save that overtakes it shows both texts.
  // "old" | "shown" | "unsaved" (text here is not saved) | "in use" (somebody is in this question)
  arrive({ version, values }) {
    if (version <= Number(this.group.dataset.version)) return "old";
    if (this.unsaved) return "unsaved";
    if (this.group.contains(document.activeElement)) return "in use";
    this.fill({ theirs_values: values });
    this.version(version);
    this.saved = this.content();
    return "shown";
  }

  fill({ theirs, theirs_values: values }) {
    const texts = this.fields().filter((field) => ["text", "textarea"].includes(field.type));
    if (!values && texts.length === 1) texts[0].value = theirs;
    for (const field of values ? this.fields() : []) {
      const wanted = [values[field.name] ?? ""].flat().map(String);
      if (["radio", "checkbox"].includes(field.type)) field.checked = wanted.includes(field.value);
      else field.value = wanted[0] ?? "";
    }
  }
}

class AutosaveForm {
  constructor(element) {
    this.element = element;
    this.url = element.dataset.autosave;
    this.status = element.querySelector("[data-saved]") ?? element.appendChild(this.newStatus());
    this.leaving = false;
    this.answers = Array.from(element.querySelectorAll("[data-answer]"), (group) => new Answer(group, this));
    element.addEventListener("submit", (event) => this.submit(event));
  }

  newStatus() {
    const status = document.createElement("p");
    status.className = "cems-saved";
    status.setAttribute("role", "status");
    return status;
  }

  get unsaved() {
    return !this.leaving && this.answers.some((answer) => answer.unsaved);
  }

  // "Saved" is only said when it is true of every answer on the page: the worst is shown first.
  render(latest) {
    const worst = ["conflict", "refused", "failed"].map((state) => this.answers?.find((one) => one.state === state));
    const shown = worst.find(Boolean) ?? latest;
    this.status.dataset.state = shown.state;
    if (shown.words || shown.state !== "typing") this.status.textContent = shown.words;
    if (shown.signedOut) this.status.append(" ", this.signInLink());
  }

  signInLink() {
    const link = document.createElement("a");
    link.href = document.body.dataset.loginUrl;
    link.target = "_blank";
    link.rel = "noopener";
    link.className = "govuk-link";
    link.textContent = "Sign in again (opens in a new tab)";
    return link;
  }

  // Sending the whole form while an answer is on its way would make the two conflict.
  async submit(event) {
    const underWay = this.answers.map((answer) => answer.working).filter(Boolean);
    for (const answer of this.answers) clearTimeout(answer.timer);
    if (!underWay.length) {
      this.leaving = !event.defaultPrevented;
      return;
    }
    event.preventDefault();
    await Promise.race([Promise.allSettled(underWay), new Promise((done) => setTimeout(done, 5_000))]);
    for (const answer of this.answers) clearTimeout(answer.timer);
    if (this.answers.some((answer) => answer.state === "conflict")) return;
    this.leaving = true;
    HTMLFormElement.prototype.requestSubmit.call(this.element, event.submitter);
  }
}

const forms = Array.from(document.querySelectorAll("form[data-autosave]"), (form) => new AutosaveForm(form));
window.cems.answers = () => forms.flatMap((form) => form.answers);
const again = () =>
  forms.forEach((form) => form.answers.forEach((answer) => answer.state === "failed" && answer.save()));

window.addEventListener("online", again);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && again());
document.addEventListener("cems:seen", ({ detail }) => detail.user === window.cems.user && again());
window.addEventListener("beforeunload", (event) => forms.some((form) => form.unsaved) && event.preventDefault());
document.addEventListener("cems:idle-end", (event) => forms.some((form) => form.unsaved) && event.preventDefault());
