// The page's own words, in the visitor's language. Elements name their phrase in `data-phrase` (text),
// `data-phrase-label` (accessible name and tooltip) or `data-phrase-placeholder`.

const PHRASES = new URL("phrases/", import.meta.url);
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
    const [section, name] = key.split(".");
    const phrase = this.phrases[section]?.[name] ?? "";
    return phrase.replace(/\{(\w+)\}/g, (whole, placeholder) =>
      placeholder in values ? `${ISOLATE}${values[placeholder]}${END_ISOLATE}` : whole,
    );
  }

  /** A whole number as this language writes it. */
  number(value) {
    return new Intl.NumberFormat(this.code).format(value);
  }

  /** Puts a phrase into an element and keeps it current when the language changes. */
  set(element, key, values) {
    element.dataset.phrase = key;
    this.#values.set(element, values);
    element.textContent = this.text(key, values);
  }

  /** Fills every element below `root` that names a phrase. */
  apply(root) {
    for (const element of root.querySelectorAll("[data-phrase]")) {
      element.textContent = this.text(element.dataset.phrase, this.#values.get(element));
    }
    for (const element of root.querySelectorAll("[data-phrase-label]")) {
      const label = this.text(element.dataset.phraseLabel);
      element.setAttribute("aria-label", label);
      if (element instanceof HTMLButtonElement) element.title = label;
    }
    for (const element of root.querySelectorAll("[data-phrase-placeholder]")) {
      element.placeholder = this.text(element.dataset.phrasePlaceholder);
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
