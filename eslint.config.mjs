// Style of the pages' scripts; read by `python -m cems.local.scripts check`, from beside its tools.
import js from "@eslint/js";

const browser = [
  "window", "document", "navigator", "location", "fetch", "crypto", "URL", "URLSearchParams", "AbortSignal",
  "BroadcastChannel", "CustomEvent", "DOMParser", "Event", "HTMLFormElement", "setTimeout", "clearTimeout", "setInterval",
  "performance", "innerHeight", "scrollY", "scrollBy",
]; // prettier-ignore
const node = ["process", "URL", "URLSearchParams"];
const readonly = (names) => Object.fromEntries(names.map((name) => [name, "readonly"]));

const rules = {
  eqeqeq: "error",
  "no-var": "error",
  "prefer-const": "error",
  "no-eval": "error",
  "no-implied-eval": "error",
  "no-console": "error",
  "no-shadow": "error",
  "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
};

export default [
  js.configs.recommended,
  { rules },
  { files: ["static/cems/*.js"], languageOptions: { globals: readonly(browser) } },
  { files: ["**/*.mjs"], languageOptions: { globals: readonly(node) } },
];
