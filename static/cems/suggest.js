// A line of text with suggestions below it: <input data-suggest="URL">.
//
// Sends   q, what is typed
// Expects {options: [words]}, the likest first; the words chosen are what the form sends
// Without this script, and where nothing answers, it is a plain field: the server takes names and codes alike.

const REST = 200; // milliseconds after a key
let number = 0;

class Suggest {
  constructor(input) {
    this.input = input;
    this.at = -1;
    this.list = document.createElement("ul");
    this.list.id = `suggest-${++number}`;
    this.list.className = "cems-suggest";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Suggestions");
    this.list.hidden = true;
    this.note = document.createElement("p");
    this.note.className = "govuk-visually-hidden";
    this.note.setAttribute("aria-live", "polite");
    input.after(this.list, this.note);
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
    }))
      input.setAttribute(name, value);
    input.addEventListener("input", () => this.rest());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    // Before the field loses the focus.
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      this.choose(event.target.closest("[role=option]"));
    });
  }

  rest() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), REST);
  }

  async ask() {
    const typed = this.input.value.trim();
    if (typed.length < 2) return this.close();
    const address = `${this.input.dataset.suggest}?${new URLSearchParams({ q: typed })}`;
    const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || answer.redirected || this.input.value.trim() !== typed) return;
    const { options } = await answer.json();
    if (document.activeElement === this.input) this.show(options);
  }

  show(options) {
    this.at = -1;
    this.list.replaceChildren(
      ...options.map((words, place) => {
        const option = document.createElement("li");
        option.id = `${this.list.id}-${place}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.textContent = words;
        return option;
      }),
    );
    this.list.hidden = options.length === 0;
    this.input.setAttribute("aria-expanded", String(options.length > 0));
    this.input.removeAttribute("aria-activedescendant");
    this.note.textContent = options.length === 1 ? "1 suggestion" : `${options.length} suggestions`;
  }

  key(event) {
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" && open) this.move(1);
    else if (event.key === "ArrowUp" && open) this.move(-1);
    else if (event.key === "Enter" && open && this.at >= 0) this.choose(this.list.children[this.at]);
    else if (event.key === "Escape" && open) this.close();
    else return;
    event.preventDefault();
  }

  move(by) {
    const options = Array.from(this.list.children);
    this.at = (this.at + by + options.length + (this.at < 0 && by < 0 ? 1 : 0)) % options.length;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === this.at)));
    this.input.setAttribute("aria-activedescendant", options[this.at].id);
    options[this.at].scrollIntoView({ block: "nearest" });
  }

  choose(option) {
    if (!option) return;
    this.input.value = option.textContent;
    this.close();
    this.input.dispatchEvent(new window.Event("change", { bubbles: true }));
  }

  close() {
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

document.querySelectorAll("input[data-suggest]").forEach((input) => new Suggest(input));
