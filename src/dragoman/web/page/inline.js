// Emphasis, code and links within a line, built as DOM nodes. Text only ever becomes text nodes, so
// nothing in it can become markup. Every search for a closing mark that fails is remembered, which
// keeps the time linear in the text's length whatever it holds.

import { element } from "./dom.js";

const SCHEMES = new Set(["http:", "https:", "mailto:"]);
// Scripts without spaces between words: there an address ends where such a letter begins.
const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;
const ADDRESS = new RegExp(
  String.raw`(?:https?:\/\/|www\.)(?:[\w\-.~:/?#[\]@!$&'()*+,;=%]|(?![${UNSPACED}])[\p{L}\p{M}\p{N}])+`,
  "uy",
);
const MAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/y;
const TRAILING = new Set(".,;:!?'*_~[]");
// Where something other than plain text may begin.
const SPECIAL = /[\\`*_![]|https?:\/\/|www\.|[\w.+-]{1,64}@/g;
const ESCAPED = /\\([!-/:-@[-`{-~])/y;
const MARKS = [
  ["**", "strong"],
  ["__", "strong"],
  ["*", "em"],
  ["_", "em"],
];
// Deeper than people write, and shallow enough that no text can make it slow.
const DEEPEST = 6;
const WORD = /[\p{L}\p{N}]/u;

/** The nodes for a run of text. `inLink` is set within a link's words, where no further link may stand. */
export function inline(text, { inLink = false, depth = 0 } = {}) {
  return new Inline(text, inLink, depth).nodes();
}

class Inline {
  #at = 0;
  #plain = "";
  #out = [];
  #missing = new Set();

  constructor(text, inLink, depth) {
    this.text = text;
    this.inLink = inLink;
    this.depth = depth;
  }

  nodes() {
    while (this.#at < this.text.length) {
      this.#skipToSpecial();
      if (this.#at < this.text.length) this.#special();
    }
    this.#flush();
    return this.#out;
  }

  #skipToSpecial() {
    SPECIAL.lastIndex = this.#at;
    const next = SPECIAL.exec(this.text)?.index ?? this.text.length;
    this.#plain += this.text.slice(this.#at, next);
    this.#at = next;
  }

  #special() {
    const found = this.#escape() || this.#code() || this.#link() || this.#address() || this.#mail() || this.#emphasis();
    if (!found) this.#plain += this.text[this.#at++];
  }

  #escape() {
    const match = this.#match(ESCAPED);
    if (!match) return false;
    this.#plain += match[1];
    this.#at += match[0].length;
    return true;
  }

  #code() {
    if (this.text[this.#at] !== "`") return false;
    const end = this.#find("`", this.#at + 1);
    if (end <= this.#at + 1) return false;
    return this.#put(element("code", { dir: "ltr" }, this.text.slice(this.#at + 1, end)), end + 1);
  }

  /** `[words](address)`; a picture `![words](address)` becomes a link too, since nothing is loaded from elsewhere. */
  #link() {
    const open = this.#at + (this.text[this.#at] === "!" ? 1 : 0);
    if (this.text[open] !== "[" || this.inLink) return false;
    const middle = this.#find("](", open + 1);
    const end = middle < 0 ? -1 : this.#find(")", middle + 2);
    if (end < 0) return false;
    const words = this.text.slice(open + 1, middle);
    const href = safeAddress(target(this.text.slice(middle + 2, end)));
    if (!href || !words.trim() || words.includes("[")) return false;
    return this.#put(anchor(href, inline(words, { inLink: true, depth: this.depth + 1 })), end + 1);
  }

  #address() {
    const match = this.inLink ? null : this.#match(ADDRESS);
    if (!match || (match[0].startsWith("www.") && WORD.test(this.text[this.#at - 1] ?? ""))) return false;
    const shown = trimmed(match[0]);
    const href = safeAddress(shown.startsWith("www.") ? `https://${shown}` : shown);
    // What is no address to send anyone to is text as a whole, not an address with something else in it.
    return this.#put(href ? anchor(href, [shown]) : shown, this.#at + shown.length);
  }

  #mail() {
    const match = this.inLink ? null : this.#match(MAIL);
    const href = match && safeAddress(`mailto:${match[0]}`);
    return href ? this.#put(anchor(href, [match[0]]), this.#at + match[0].length) : false;
  }

  #emphasis() {
    const [mark, name] = MARKS.find(([one]) => this.text.startsWith(one, this.#at)) ?? [];
    if (!mark || this.depth >= DEEPEST || !this.#opens(mark)) return false;
    const end = this.#closing(mark);
    if (end < 0) return false;
    const inner = this.text.slice(this.#at + mark.length, end);
    return this.#put(element(name, {}, ...inline(inner, { inLink: this.inLink, depth: this.depth + 1 })), end + mark.length);
  }

  /** A mark opens before a word; `_` within a word is part of a name. */
  #opens(mark) {
    const after = this.text[this.#at + mark.length];
    const before = this.text[this.#at - 1] ?? "";
    return after !== undefined && !/\s/.test(after) && after !== mark[0] && !(mark[0] === "_" && WORD.test(before));
  }

  #closing(mark) {
    for (let end = this.#at + mark.length; (end = this.#find(mark, end + 1)) > 0; ) {
      const after = this.text[end + mark.length] ?? "";
      if (mark.length === 1 && after === mark) end += 1;
      else if (!/\s/.test(this.text[end - 1]) && !(mark[0] === "_" && WORD.test(after))) return end;
    }
    this.#missing.add(mark);
    return -1;
  }

  #find(mark, from) {
    if (this.#missing.has(mark)) return -1;
    const at = this.text.indexOf(mark, from);
    if (at < 0) this.#missing.add(mark);
    return at;
  }

  #match(pattern) {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.text);
  }

  #put(node, next) {
    this.#flush();
    this.#out.push(node);
    this.#at = next;
    return true;
  }

  #flush() {
    if (this.#plain) this.#out.push(this.#plain);
    this.#plain = "";
  }
}

/** The address to link to, or null where it is not one that a customer should be sent to. */
export function safeAddress(text) {
  try {
    const address = new URL(text);
    // `https://bank.example@elsewhere.example` leads elsewhere.
    return SCHEMES.has(address.protocol) && !address.username && !address.password ? address.href : null;
  } catch {
    return null;
  }
}

/** A link that leaves the page as it is and tells the other side nothing. */
export function anchor(href, children) {
  const shown = element("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, ...children);
  if (shown.textContent !== href) shown.title = href;
  return shown;
}

/** The address in `address "title"` or `<address>`. */
function target(text) {
  return text.trim().split(/\s/, 1)[0].replace(/^<(.*)>$/, "$1");
}

/** Without the punctuation of the sentence around it; a bracket that was opened in the address belongs to it. */
function trimmed(address) {
  let open = address.split(")").length - address.split("(").length;
  let end = address.length;
  for (; end > 0; end--) {
    const last = address[end - 1];
    if (last === ")" && open > 0) open--;
    else if (!TRAILING.has(last)) break;
  }
  return address.slice(0, end);
}
