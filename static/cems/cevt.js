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

let tag = "";
let typedAt = 0;
let over = false;
let misses = 0;

document.addEventListener("input", () => (typedAt = Date.now()));

function place() {
  const here = document.activeElement;
  if (own?.contains(here)) return "say";
  return decision?.contains(here) ? "decision" : "";
}

async function ask() {
  if (over || document.visibilityState === "hidden") return;
  const url = new URL(sheet.dataset.live, location.origin);
  url.searchParams.set("place", place());
  if (place() && Date.now() - typedAt < TYPING) url.searchParams.set("typing", "1");
  let answer;
  try {
    answer = await fetch(url, {
      headers: { "X-CEMS-Polling": "1", "X-Requested-With": "cems", "If-None-Match": tag },
      cache: "no-store",
      redirect: "manual",
      signal: AbortSignal.timeout(10_000),
    });
  } catch {
    misses += 1;
    if (misses === 2) tell("No connection: what others write does not arrive here. Your text stays on this page.");
    return;
  }
  if ([401, 403, 404].includes(answer.status) || answer.type === "opaqueredirect") {
    over = true;
    tell("This sheet is no longer open to you, or you are signed out. What you typed stays on this page: copy it.");
    return;
  }
  if (misses > 1) tell("");
  misses = 0;
  if (answer.status !== 200) return;
  tag = answer.headers.get("ETag") ?? "";
  take(new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild);
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
    arrived.append(link("Show it (what you typed in the decision is not kept)"));
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

if (sheet?.dataset.live) setInterval(ask, Number(sheet.dataset.every) * 1000);
if (sheet && "keys" in sheet.dataset) document.addEventListener("keydown", pressed);
document.querySelector("[data-adopt]")?.addEventListener("click", adopt);
