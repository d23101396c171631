// The bubbles of a conversation: what the customer wrote, and the reply as it comes.

import { element, fromTemplate } from "./dom.js";
import { anchor, safeAddress } from "./inline.js";
import { MarkdownView } from "./markdown.js";

/** A line below a bubble that says what became of it, with at most one thing to do about it. */
class Note {
  constructor(root, words) {
    this.root = root;
    this.words = words;
    this.text = root.querySelector(".note-text");
    this.button = root.querySelector("button");
  }

  /** `text` is shown as it is; without it the phrase `key`. `action` is `{key, run}`. */
  show({ key, values, text, level = "quiet", action }) {
    if (text) {
      delete this.text.dataset.phrase;
      this.text.textContent = text;
    } else this.words.set(this.text, key, values);
    this.root.dataset.level = level;
    this.root.hidden = false;
    this.#offer(action);
  }

  /** What could be done about it no longer can. */
  settle() {
    this.#offer(null);
  }

  hide() {
    this.root.hidden = true;
  }

  #offer(action) {
    this.button.hidden = !action;
    this.button.onclick = action ? () => action.run() : null;
    if (action) this.words.set(this.button, action.key);
  }
}

export class CustomerMessage {
  constructor(text, words) {
    this.root = fromTemplate("customer-message");
    words.apply(this.root);
    this.bubble = this.root.querySelector(".text");
    this.bubble.textContent = text;
    this.note = new Note(this.root.querySelector(".note"), words);
  }

  /** The language it was found to be written in chooses its letters' shapes. */
  writtenIn({ language_code: code, decided_by: by }) {
    if (by === "script" || by === "words") this.bubble.lang = code;
  }

  superseded() {
    this.root.dataset.state = "superseded";
    this.note.show({ key: "error.superseded" });
  }
}

export class ReplyMessage {
  #written = "";
  #frame = 0;

  /** `onVote(helpful)` resolves once the desk has the vote. */
  constructor(words, onVote) {
    this.words = words;
    this.root = fromTemplate("reply-message");
    words.apply(this.root);
    this.body = this.root.querySelector(".text");
    this.markdown = new MarkdownView(this.body);
    this.sources = this.root.querySelector(".sources");
    this.note = new Note(this.root.querySelector(".note"), words);
    this.votes = new Votes(this.root.querySelector(".votes"), words, onVote);
    this.#state = "writing";
  }

  /** `writing`, `done`, `stopped`, `failed` or `superseded`. */
  set #state(value) {
    this.root.dataset.state = value;
  }

  /** The words, as a screen reader is to say them. */
  get spoken() {
    return { text: this.body.textContent, lang: this.body.lang, dir: this.body.dir };
  }

  /** A new attempt: what has been shown stays until the new words are there to take its place. */
  restart() {
    this.#written = "";
    this.#state = "writing";
    this.note.hide();
  }

  in({ language_code: code, direction }) {
    this.body.lang = code;
    this.body.dir = direction;
  }

  add(text) {
    this.#written += text;
    this.#frame ||= requestAnimationFrame(() => this.#show());
  }

  done(record) {
    this.in(record);
    this.messageId = record.message_id;
    this.#written = record.reply;
    this.#show();
    this.#cite(record.citations);
    this.note.hide();
    this.#state = "done";
    this.votes.open();
  }

  /** `action`, here and below, is `{key, run}` or null: what can be done about it. */
  stopped(action) {
    this.#close("stopped");
    this.note.show({ key: "chat.stopped", action });
  }

  /** `text` says why; without it the phrase `key` does. */
  failed({ text, key }, action) {
    this.#close("failed");
    this.note.show({ text, key, level: "error", action });
  }

  /** A newer message is answered instead. What has been written so far stays, if anything has. */
  superseded() {
    this.#close("superseded");
    if (!this.body.hasChildNodes()) this.root.remove();
  }

  #cite(citations = []) {
    this.sources.hidden = citations.length === 0;
    this.sources.querySelector("ul").replaceChildren(...citations.map(citation));
  }

  /** What has come so far stays, and nothing more comes. */
  #close(state) {
    if (this.#frame) this.#show();
    this.#state = state;
  }

  #show() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.markdown.show(this.#written);
  }
}

/** Whether a reply was of use. */
class Votes {
  constructor(root, words, onVote) {
    this.root = root;
    this.words = words;
    this.question = root.querySelector(".question");
    this.buttons = [...root.querySelectorAll("button")];
    for (const button of this.buttons) {
      button.addEventListener("click", () => this.#vote(button.value === "yes", onVote));
    }
  }

  open() {
    this.root.hidden = false;
  }

  /** Shows a vote; null takes it back. */
  show(helpful) {
    const chosen = helpful === null ? null : helpful ? "yes" : "no";
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.value === chosen));
    this.words.set(this.question, helpful === null ? "chat.feedback_question" : "chat.feedback_thanks");
    this.root.dataset.voted = String(helpful !== null);
  }

  async #vote(helpful, onVote) {
    this.show(helpful);
    if (!(await onVote(helpful))) this.show(null);
  }
}

/** A source; one that brings its words opens to show them, in their own language. */
function citation({ title, document: name, url, quote, language }) {
  const shown = title || name;
  const href = url && safeAddress(url);
  if (!quote) return element("li", { dir: "auto" }, href ? anchor(href, [shown]) : shown);
  const words = element("blockquote", { lang: language, dir: "auto" }, quote);
  const link = href ? [element("p", { dir: "ltr" }, anchor(href, [href]))] : [];
  return element("li", {}, element("details", {}, element("summary", {}, element("bdi", {}, shown)), words, ...link));
}
