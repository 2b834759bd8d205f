// Keeps what somebody types in a form until it is sent, and fills it in again on the page's next visit (K2).
//
// Forms   every <form method="post"> of the page with a text of several lines or with two fields; none with a
//         password or code, none that saves each answer itself (data-autosave), none with data-not-kept
// Sends   user, key, tab, version, address, form, title, fields: {name: [values before, values now]}
// Expects 200 {version, saved_at?} · 401 signed out · 409 another tab kept other words
// Given   <script id="cems-drafts">: {sent, drafts: [{key, version, form, when, fields}]}, the newest first

const PAUSE = 800; // milliseconds without a key before saving
const BACK_OFF = [2, 5, 10, 20, 40, 60]; // seconds
const SURE = 60_000; // milliseconds since the server answered, in which a form is sent without asking first
const { saveUrl, discardUrl } = document.getElementById("cems-drafts-script").dataset;
const tab = window.cems.newKey();
const given = JSON.parse(document.getElementById("cems-drafts")?.textContent ?? '{"sent": "", "drafts": []}');
const template = document.getElementById("cems-draft");

const typed = (form) =>
  Array.from(form.elements).filter(
    (field) =>
      field.name &&
      !field.disabled &&
      field.matches("input, select, textarea") &&
      !["hidden", "file", "submit", "button", "password"].includes(field.type),
  );

const isChoice = (field) => ["radio", "checkbox"].includes(field.type);

function chosen(select, atFirst) {
  const options = Array.from(select.options);
  const wanted = options.filter((option) => (atFirst ? option.defaultSelected : option.selected));
  return (wanted.length || select.multiple ? wanted : options.slice(0, 1)).map((option) => option.value);
}

// Each field by name with what it holds now; or what the server put there, whatever the browser filled in itself.
function content(form, atFirst = false) {
  const found = {};
  for (const field of typed(form)) {
    const values = (found[field.name] ??= []);
    if (field.matches("select")) values.push(...chosen(field, atFirst));
    else if (!isChoice(field)) values.push((atFirst ? field.defaultValue : field.value).replace(/\r\n/g, "\n"));
    else if (atFirst ? field.defaultChecked : field.checked) values.push(field.value);
  }
  return found;
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function fill(form, name, wanted) {
  const fields = typed(form).filter((field) => field.name === name);
  for (const [turn, field] of fields.entries()) {
    if (isChoice(field)) field.checked = wanted.includes(field.value);
    else if (field.multiple) for (const option of field.options) option.selected = wanted.includes(option.value);
    else field.value = wanted[fields.length > 1 ? turn : 0] ?? "";
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

class Draft {
  constructor(form, id) {
    Object.assign(this, { form, id, key: window.cems.newKey(), version: 0, kept: {}, tries: 0, state: "clean" });
    this.before = content(form, true);
    this.apart = new Set(); // fields whose kept text is shown beside them and not filled in
    this.status = Object.assign(document.createElement("p"), { className: "cems-saved" });
    this.status.setAttribute("role", "status");
    form.append(this.status);
    this.field = form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "draft" }));
    form.addEventListener("submit", (event) => this.submit(event));
    const mine = given.drafts.filter((draft) => draft.form === id);
    const sent = mine.find((draft) => draft.key === given.sent);
    if (sent) this.goOn(sent);
    else if (mine.length) this.giveBack(mine[0], mine.slice(1));
    else if (given.sent) this.key = given.sent;
    this.field.value = this.key;
    this.saved = this.changed();
    form.addEventListener("input", () => this.typing());
    form.addEventListener("change", () => this.typing());
  }

  // What is typed over what stood there; and what was kept of fields that this page does not show, or leaves as they are.
  changed() {
    const now = content(this.form);
    const fields = Object.fromEntries(
      Object.entries(this.kept).filter(([name]) => !(name in now) || this.apart.has(name)),
    );
    for (const [name, texts] of Object.entries(now)) {
      const before = this.before[name] ?? [];
      if (!same(before, texts)) fields[name] = [before, texts];
    }
    return fields;
  }

  // The server drew the form again with what was sent: it goes on under its own key, and nothing is filled in.
  goOn(draft) {
    Object.assign(this, { key: draft.key, version: draft.version, kept: draft.fields });
    for (const [name, [before]] of Object.entries(draft.fields)) if (name in this.before) this.before[name] = before;
  }

  // A field that says something else than when it was typed over is left as it is, and what was typed shown beside.
  giveBack(draft, others) {
    Object.assign(this, { key: draft.key, version: draft.version, kept: draft.fields, apart: new Set() });
    for (const [name, [before, texts]] of Object.entries(draft.fields)) {
      if (same(this.before[name], before)) fill(this.form, name, texts);
      else this.apart.add(name);
    }
    this.say(draft, others);
  }

  say(draft, others) {
    this.box?.remove();
    this.box = template.content.firstElementChild.cloneNode(true);
    this.box.querySelector("[data-when]").textContent = draft.when;
    const list = this.box.querySelector("[data-apart]");
    list.hidden = !this.apart.size;
    for (const name of this.apart) this.offer(list, name, draft.fields[name][1]);
    const away = this.box.querySelector("[data-throw-away]");
    away.addEventListener("click", () => this.throwAway());
    for (const other of others) {
      const button = away.cloneNode();
      button.textContent = `Show what you typed on ${other.when} in another tab`;
      button.addEventListener("click", () => this.swap(other, [draft, ...others.filter((one) => one !== other)]));
      away.after(button);
    }
    this.form.prepend(this.box);
  }

  offer(list, name, texts) {
    const row = list.querySelector("template").content.firstElementChild.cloneNode(true);
    row.querySelector("[data-label]").textContent = this.label(name);
    row.querySelector("[data-text]").textContent = texts.join("\n");
    const use = row.querySelector("[data-use]");
    use.hidden = !typed(this.form).some((field) => field.name === name && !isChoice(field) && !field.matches("select"));
    use.addEventListener("click", () => {
      this.apart.delete(name);
      fill(this.form, name, texts);
      row.remove();
    });
    list.append(row);
  }

  label(name) {
    const field = typed(this.form).find((one) => one.name === name);
    const words = isChoice(field ?? {}) ? field.closest("fieldset")?.querySelector("legend") : field?.labels?.[0];
    return words?.textContent.trim() ?? "A field that is not here any more";
  }

  swap(draft, others) {
    this.reset();
    this.giveBack(draft, others);
    this.field.value = this.key;
    this.saved = this.changed();
  }

  reset() {
    clearTimeout(this.timer);
    for (const [name, texts] of Object.entries(this.before)) fill(this.form, name, texts);
    clearTimeout(this.timer);
  }

  async throwAway() {
    const body = new URLSearchParams({ key: this.key });
    const answer = await window.cems.post(discardUrl, body).catch(() => null);
    if (!answer?.ok) return this.show("failed", "Not thrown away yet: the service did not answer.");
    Object.assign(this, { kept: {}, apart: new Set() });
    this.reset();
    Object.assign(this, { key: window.cems.newKey(), version: 0, saved: {} });
    this.field.value = this.key;
    this.box.remove();
    this.box = null;
    this.show("saved", "What you typed is thrown away.");
    return typed(this.form)[0]?.focus();
  }

  get unsaved() {
    return this.state !== "refused" && !same(this.changed(), this.saved);
  }

  typing() {
    clearTimeout(this.timer);
    this.leaving = false;
    if (!this.unsaved) return;
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  body(fields) {
    return new URLSearchParams({
      user: window.cems.user,
      key: this.key,
      tab,
      version: this.version,
      address: location.pathname,
      form: this.id,
      title: document.title
        .trim()
        .replace(/\s+/g, " ")
        .replace(/ – CEMS$/, ""),
      fields: JSON.stringify(fields),
    });
  }

  save() {
    clearTimeout(this.timer);
    this.working ??= this.send().finally(() => {
      this.working = null;
      if (this.state === "saved" && this.unsaved) this.typing();
    });
    return this.working;
  }

  async send() {
    const fields = this.changed();
    let answer;
    try {
      answer = await window.cems.post(saveUrl, this.body(fields));
    } catch {
      const why = navigator.onLine ? "the service did not answer" : "you are offline";
      return this.later("failed", `Not kept yet: ${why}. Your text stays on this page.`);
    }
    if (answer.type === "opaqueredirect" || [401, 403].includes(answer.status)) return this.signedOut();
    if (answer.status === 409) {
      Object.assign(this, { key: window.cems.newKey(), version: 0 });
      this.field.value = this.key;
      return this.send();
    }
    if (answer.status >= 500 || answer.status === 429) {
      return this.later("failed", "Not kept yet: the service did not answer. Your text stays on this page.");
    }
    if (!answer.ok) return this.show("refused", "This is too long to be kept as you type. Send it soon.");
    const reply = await answer.json();
    Object.assign(this, { saved: fields, version: reply.version, tries: 0 });
    window.cems.seen();
    return this.show("saved", reply.saved_at ? `Kept at ${reply.saved_at}, not sent yet.` : "");
  }

  signedOut() {
    this.later("signed out", "Not kept yet: you are signed out. Your text stays on this page.");
    const link = Object.assign(document.createElement("a"), {
      href: document.body.dataset.loginUrl,
      target: "_blank",
      rel: "noopener",
      className: "govuk-link",
      textContent: "Sign in again (opens in a new tab)",
    });
    this.status.append(" ", link);
  }

  later(state, words) {
    this.show(state, words);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), BACK_OFF[Math.min(this.tries, BACK_OFF.length - 1)] * 1000);
    this.tries += 1;
  }

  show(state, words) {
    this.state = state;
    this.status.dataset.state = state === "signed out" ? "failed" : state;
    if (this.status.textContent !== words) this.status.textContent = words;
  }

  // A form sent while signed out or offline would be gone with its page: where that may be, it is kept first.
  async submit(event) {
    // Signing in again in another tab has changed the token that the page was made with.
    const token = this.form.elements.namedItem("csrfmiddlewaretoken");
    if (token) token.value = window.cems.csrfToken() || token.value;
    clearTimeout(this.timer);
    if (event.defaultPrevented || !this.unsaved || this.isSure()) {
      this.leaving = !event.defaultPrevented;
      return;
    }
    event.preventDefault();
    if (this.sending) return;
    this.sending = true;
    const { submitter } = event;
    await this.save();
    if (this.unsaved) await this.save();
    this.sending = false;
    if (["failed", "signed out"].includes(this.state)) {
      this.status.scrollIntoView({ block: "nearest" });
      return;
    }
    this.leaving = true;
    HTMLFormElement.prototype.requestSubmit.call(this.form, submitter);
  }

  isSure() {
    return Date.now() - answered < SURE && navigator.onLine && !["failed", "signed out"].includes(this.state);
  }

  // The tab is closed or led elsewhere in mid-sentence.
  leave() {
    if (this.leaving || !this.unsaved) return;
    fetch(saveUrl, {
      method: "POST",
      body: this.body(this.changed()),
      headers: { "X-CSRFToken": window.cems.csrfToken(), "X-Requested-With": "cems" },
      keepalive: true,
      credentials: "same-origin",
    }).catch(() => null);
  }
}

function isKept(form) {
  if (form.matches("[data-autosave], [data-not-kept]")) return false;
  if (form.querySelector("[type=password], [autocomplete=one-time-code]")) return false;
  return Boolean(form.querySelector("textarea")) || Object.keys(content(form)).length > 1;
}

let answered = Date.now();
const turns = {};
const drafts = [];
for (const form of document.querySelectorAll("main form[method=post]")) {
  const path = new URL(form.getAttribute("action") || location.href, location.href).pathname;
  const turn = (turns[path] ??= 0);
  turns[path] += 1;
  if (isKept(form)) drafts.push(new Draft(form, `${path}#${turn}`));
  // A page to check what was typed, before it is sent for good: it carries the words in hidden fields.
  else if (given.sent && !form.matches("[data-autosave]")) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "draft", value: given.sent }));
  }
}

window.addEventListener("pagehide", () => drafts.forEach((draft) => draft.leave()));
window.addEventListener("online", () => drafts.forEach((draft) => draft.state === "failed" && draft.save()));
document.addEventListener("cems:seen", ({ detail }) => {
  if (detail.user !== window.cems.user) return;
  answered = Date.now();
  drafts.forEach((draft) => draft.state === "signed out" && draft.save());
});
const atRisk = () =>
  drafts.some((draft) => !draft.leaving && draft.unsaved && ["failed", "signed out"].includes(draft.state));
window.addEventListener("beforeunload", (event) => atRisk() && event.preventDefault());
document.addEventListener("cems:idle-end", (event) => atRisk() && event.preventDefault());
