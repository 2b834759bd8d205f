// A child's sheet at CEVT: what others say arrives while one reads, and single keys for the chair.
//
// GET data-live?place&typing  ->  304, or 200 with data-items, [data-live-meeting], [data-live-people] and .cems-said
// A field somebody types in is never touched here: both texts of a real conflict are shown by autosave.js.

const sheet = document.querySelector(".cems-sheet");
const arrived = document.querySelector("[data-arrived]");
const decision = document.getElementById("decision");
const own = document.getElementById("say");
const FIELDS = "input, textarea, select, [contenteditable]";
const TYPING = 8_000; // milliseconds since the last key that count as typing

let typedAt = 0;

document.addEventListener("input", () => (typedAt = Date.now()));

function place() {
  const here = document.activeElement;
  if (own?.contains(here)) return "say";
  return decision?.contains(here) ? "decision" : "";
}

function address() {
  const url = new URL(sheet.dataset.live, location.origin);
  url.searchParams.set("place", place());
  if (place() && Date.now() - typedAt < TYPING) url.searchParams.set("typing", "1");
  return url;
}

function follow() {
  let cut = false;
  const poller = window.cems.poll({
    url: address,
    every: Number(sheet.dataset.every),
    hidden: null,
    accept: "text/html",
    well: () => {
      if (cut) tell("");
      cut = false;
    },
    heard: async (answer) =>
      take(new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild),
    closed: () => shut(),
    lost: (tries, signedOut) => {
      if (signedOut) shut();
      else if (tries === 2) {
        cut = true;
        tell("No connection: what others write does not arrive here. Your text stays on this page.");
      }
    },
  });
  const shut = () => {
    poller.end();
    tell("This sheet is no longer open to you, or you are signed out. What you typed stays on this page: copy it.");
  };
  poller.next();
}

function take(news) {
  for (const name of ["live-meeting", "live-people"]) {
    const [from, to] = [news, document].map((one) => one.querySelector(`[data-${name}]`));
    if (from && to && from.innerHTML.trim() !== to.innerHTML.trim()) to.replaceChildren(...from.childNodes);
  }
  for (const line of news.querySelectorAll(".cems-said")) {
    const shown = document.getElementById(line.id);
    if (shown?.dataset.version === line.dataset.version) continue;
    line.classList.add("cems-said--new");
    if (shown) shown.replaceWith(line);
    else document.querySelector("[data-said]")?.append(line);
    tell(`${line.querySelector(".cems-said__who").textContent.trim()} ${line.dataset.news}.`);
  }
  if (news.dataset.items !== sheet.dataset.items) {
    tell("Something was decided, taken off or came in for this child. ");
    arrived.append(link("Show it (what you typed is kept)"));
  }
}

function tell(words) {
  if (arrived && arrived.textContent !== words) arrived.textContent = words;
}

function link(words) {
  const found = document.createElement("a");
  found.href = location.href.split("#")[0];
  found.className = "govuk-link";
  found.textContent = words;
  return found;
}

// --- single keys: never inside a field, never with another key held, switched off for who wants it off ---

const ACTS = {
  j: () => go("j"),
  k: () => go("k"),
  "?": () => go("?"),
  c: () => own?.querySelector("input[type=radio]:checked, input[type=radio]")?.focus(),
  d: () => document.getElementById("decision-heading")?.focus(),
  a: () => document.querySelector("[data-adopt]")?.click(),
};

function go(key) {
  document.querySelector(`[data-key="${key}"]`)?.click();
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
  if (event.target.closest(FIELDS) || document.querySelector("dialog[open]")) return;
  const act = ACTS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

function adopt(event) {
  event.preventDefault();
  const wanted = decision.querySelector(`input[name=level][value="${event.currentTarget.dataset.adopt}"]`);
  wanted.checked = true;
  decision.querySelector("textarea[name=rationale]").focus();
}

if (sheet?.dataset.live) follow();
if (sheet && "keys" in sheet.dataset) document.addEventListener("keydown", pressed);
document.querySelector("[data-adopt]")?.addEventListener("click", adopt);
