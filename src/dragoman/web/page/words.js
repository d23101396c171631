// The page's own words, in the visitor's language. Elements name their phrase in `data-phrase` (text),
// `data-phrase-label` (accessible name and tooltip) or `data-phrase-placeholder`.

import { element } from "./dom.js";

const PHRASES = new URL("page/phrases/", document.baseURI);
const PLACEHOLDER = /\{(\w+)\}/g;
// Placeholders hold names whose direction may differ from the sentence's: isolate them (Unicode UAX 9).
const ISOLATE = "\u2068";
const END_ISOLATE = "\u2069";

export class Words {
  #first;
  #fetched = new Map();
  #values = new WeakMap();

  /** `config` is the page's: `{language, languages, phrases}`. */
  constructor(config) {
    this.languages = new Map(config.languages.map((one) => [one.code, one]));
    this.#first = config.language;
    this.#fetched.set(config.language, config.phrases);
    this.code = config.language;
    this.phrases = config.phrases;
  }

  /** The phrase at `chat.send` and the like, its placeholders filled. */
  text(key, values = {}) {
    return this.#phrase(key).replace(PLACEHOLDER, (_, name) => `${ISOLATE}${values[name] ?? ""}${END_ISOLATE}`);
  }

  /** A whole number as this language writes it. */
  number(value) {
    return new Intl.NumberFormat(this.code).format(value);
  }

  /** Puts a phrase into an element and keeps it current when the language changes. */
  set(shown, key, values = {}) {
    shown.dataset.phrase = key;
    this.#values.set(shown, values);
    this.#fill(shown);
  }

  /** Fills every element below `root` that names a phrase. */
  apply(root) {
    for (const shown of root.querySelectorAll("[data-phrase]")) this.#fill(shown);
    for (const named of root.querySelectorAll("[data-phrase-label]")) {
      const label = this.text(named.dataset.phraseLabel);
      named.setAttribute("aria-label", label);
      if (named instanceof HTMLButtonElement) named.title = label;
    }
    for (const field of root.querySelectorAll("[data-phrase-placeholder]")) {
      field.placeholder = this.text(field.dataset.phrasePlaceholder);
    }
  }

  /** Turns the page to another language; null goes back to the browser's. Keeps the present words if they cannot be had. */
  async change(code) {
    const wanted = code ?? this.#first;
    this.wanted = wanted;
    try {
      const phrases = this.#fetched.get(wanted) ?? (await fetchPhrases(wanted));
      this.#fetched.set(wanted, phrases);
      if (this.wanted === wanted) this.#turnTo(wanted, phrases);
    } catch {
      // The answers' language has changed all the same; the page's words can wait for the network.
    }
  }

  /** Names within a phrase stay in one piece, whichever way they run. */
  #fill(shown) {
    const values = this.#values.get(shown) ?? {};
    const parts = this.#phrase(shown.dataset.phrase).split(PLACEHOLDER);
    shown.replaceChildren(...parts.map((part, index) => (index % 2 ? element("bdi", {}, values[part] ?? "") : part)));
  }

  #phrase(key) {
    const [section, name] = key.split(".");
    return this.phrases[section]?.[name] ?? "";
  }

  #turnTo(code, phrases) {
    this.code = code;
    this.phrases = phrases;
    document.documentElement.lang = code;
    document.documentElement.dir = this.languages.get(code)?.direction ?? "ltr";
    this.apply(document);
  }
}

async function fetchPhrases(code) {
  const response = await fetch(new URL(`${encodeURIComponent(code)}.json`, PHRASES));
  if (!response.ok) throw new Error(`phrases: ${response.status}`);
  return response.json();
}
