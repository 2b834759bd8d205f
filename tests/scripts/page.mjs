// A page in memory with one of our scripts on it: its own clock, and a server that answers what the test says.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { JSDOM } = createRequire(`${process.env.CEMS_NODE_TOOLS}/package.json`)("jsdom");

const CONFLICT = `<template id="cems-conflict"><div class="cems-conflict"><span data-theirs-by></span>
  <p data-yours></p><p data-theirs></p><button data-keep="mine"></button><button data-keep="theirs"></button>
</div></template>`;

// What a server may say; an Error stands for no answer at all.
export const saved = (version, left) => ({ status: 200, body: { saved_at: "10:04", version, left } });
export const refused = (message) => ({ status: 400, body: { message } });
export const signedOut = { type: "opaqueredirect", status: 0 };
export const away = { status: 503 };
export const conflict = (theirs, version) => ({
  status: 409,
  body: { conflict: { yours: "mine", theirs, theirs_by: "A colleague", version } },
});

/** A page with our scripts of these names, run one after the other. */
export class Page {
  constructor(...scripts) {
    const form = `<form data-autosave="/save/"><div data-answer="Q1" data-version="1"><textarea name="text"></textarea></div>
      <div data-answer="Q2" data-version="1"><textarea name="more"></textarea></div><button>Send</button></form>`;
    this.dom = new JSDOM(`<body data-login-url="/login/">${form}${CONFLICT}</body>`, {
      url: "https://cems.example.test/",
      runScripts: "outside-only",
      pretendToBeVisual: true,
    });
    this.window = this.dom.window;
    this.document = this.window.document;
    this.time = 0;
    this.timers = new Map();
    this.sent = [];
    this.answers = [];
    let keys = 0;
    this.window.setTimeout = (act, after = 0) => this.timers.set(this.timers.size + 1, [this.time + after, act]).size;
    this.window.clearTimeout = (number) => this.timers.get(number)?.fill(null);
    this.window.cems = {
      user: "u1",
      newKey: () => `key-${(keys += 1)}`,
      seen: () => {},
      post: (url, body) => this.answer(url, body),
    };
    this.window.AbortSignal.timeout = () => null;
    this.window.fetch = (url, { headers }) => this.answer(url, Object.entries(headers));
    for (const name of scripts.length ? scripts : ["autosave"]) {
      this.window.eval(`{${readFileSync(`static/cems/${name}.js`, "utf-8")}}`);
    }
    [this.one, this.two] = this.window.cems.answers?.() ?? [];
  }

  async answer(url, body) {
    this.sent.push(Object.fromEntries(body));
    const reply = await this.answers.shift();
    if (!reply) throw new Error(`the page sent more than the test answers: ${body}`);
    if (reply instanceof Error) throw reply;
    const { type = "basic", status, body: json, tag = null } = reply;
    const text = () => (json ? Promise.resolve(json) : Promise.reject(new Error("no JSON")));
    return { type, status, ok: status === 200, json: text, headers: { get: () => tag } };
  }

  type(words, answer = this.one) {
    const [field] = answer.fields();
    field.value = words;
    field.dispatchEvent(new this.window.Event("input", { bubbles: true }));
  }

  /** Let so many seconds go by, and everything that follows settle. */
  async wait(seconds) {
    const until = this.time + seconds * 1000;
    for (;;) {
      await settle();
      const due = [...this.timers.values()].filter(([at, act]) => act && at <= until).sort(([a], [b]) => a - b)[0];
      if (!due) break;
      const [at, act] = due;
      due.fill(null);
      this.time = at;
      act();
    }
    this.time = until;
  }

  /** The tab goes out of sight, or comes back. */
  look(visible) {
    Object.defineProperty(this.document, "hidden", { value: !visible, configurable: true });
    this.document.dispatchEvent(new this.window.Event("visibilitychange"));
  }

  get said() {
    return this.document.querySelector(".cems-saved").textContent;
  }

  /** Whether leaving the page now would ask first. */
  get holds() {
    return !this.window.dispatchEvent(new this.window.Event("beforeunload", { cancelable: true }));
  }
}

async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await null;
}
