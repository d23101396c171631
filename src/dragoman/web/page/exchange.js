// One message and its answer, as they stand on the page.

import { CustomerMessage, ReplyMessage } from "./message.js";
import { Turn } from "./turn.js";

// Refusals after which only a new conversation helps, and those that the same message would meet again.
const OVER = new Set(["conversation_unknown", "conversation_ended"]);
const FINAL = new Set(["message_empty", "message_too_long", "request_invalid", "context_length_exceeded"]);
// The words for a refusal that came with none of its own.
const PHRASE_OF = {
  engine_failed: "error.engine",
  engine_unavailable: "error.engine",
  engine_busy: "error.busy",
  engine_interrupted: "error.interrupted",
  context_length_exceeded: "error.message_too_long_for_model",
};

/** A name for a message that no other has. (`crypto.randomUUID` is missing where a desk is reached without TLS.) */
export function newName() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16)).join("-");
}

export class Exchange {
  #desk;
  #memory;
  #words;
  #voice;
  #page;
  #turn = null;
  #superseded = false;

  /** `message` is `{clientId, text}`; `house` holds the desk, memory, words, voice and page that all exchanges share. */
  constructor(message, { desk, memory, words, voice, page }) {
    this.#desk = desk;
    this.#memory = memory;
    this.#words = words;
    this.#voice = voice;
    this.#page = page;
    this.message = message;
    this.customer = new CustomerMessage(message.text, words);
    this.reply = null;
  }

  /** What stands in the list of messages. */
  get nodes() {
    return this.reply ? [this.customer.root, this.reply.root] : [this.customer.root];
  }

  get live() {
    return this.#turn !== null && !this.#turn.ended;
  }

  /** Fulfilled once the desk has the message, or never will. */
  get acknowledged() {
    return this.#turn?.acknowledged ?? Promise.resolve();
  }

  /** Sends the message, after `before`, and shows what comes. */
  send(before) {
    this.#memory.addPending(this.message);
    this.#turn = new Turn(this.#desk, { ...this.message, language: this.#memory.language }, this);
    this.#ensureReply();
    this.restart();
    this.#page.writing();
    this.#voice.announce({ text: this.#words.text("chat.writing") });
    return this.#turn.run(before);
  }

  stop() {
    if (!this.live) return;
    this.#turn.stop();
    // Should this not arrive, the desk notices by itself that nobody listens.
    if (this.#memory.conversation) this.#desk.stop().catch(() => {});
  }

  leave() {
    this.#turn?.leave();
  }

  /** A newer message has been sent. */
  giveWay() {
    if (this.live) this.#turn.supersede();
    this.reply?.note.settle();
  }

  /** Whether it is known what became of it. */
  get settled() {
    return this.#superseded || this.reply !== null;
  }

  // What follows is told by the turn, or by the log of what was before.

  restart() {
    this.reply.restart();
  }

  language(decision) {
    this.customer.writtenIn(decision);
    this.reply.in(decision);
    this.#page.answersIn(decision.language_code);
  }

  delta(text) {
    this.reply.add(text);
  }

  done(record) {
    this.#ensureReply();
    this.reply.done(record);
    this.#page.answersIn(record.language_code);
    this.#tell(this.reply.spoken);
  }

  superseded() {
    if (this.#superseded) return;
    this.#superseded = true;
    this.customer.superseded();
    this.reply?.superseded();
  }

  stopped() {
    this.#ensureReply();
    this.reply.stopped(this.#again());
    this.#tell({ text: this.#words.text("chat.stopped") });
  }

  failed({ code, text }) {
    if (code === "turn_stopped") return this.stopped();
    this.#ensureReply();
    const key = PHRASE_OF[code] ?? "error.internal";
    this.reply.failed({ text, key }, this.#remedy(code));
    return this.#tell({ text: text ?? this.#words.text(key) });
  }

  lost() {
    this.#voice.tell("chat.connection_lost");
  }

  busy({ text }) {
    this.#voice.tell("error.busy", { text });
  }

  back() {
    this.#voice.tell("chat.connection_back", { level: "good" });
  }

  ended() {
    this.#memory.dropPending(this.message.clientId);
    this.#page.writing();
  }

  /** Only what happens now is said aloud, not what a reload brings back. */
  #tell(words) {
    if (this.#turn === null) return;
    this.#voice.settle();
    this.#voice.announce(words);
  }

  #ensureReply() {
    if (this.reply) return;
    this.reply = new ReplyMessage(this.#words, (helpful) => this.#vote(helpful));
    this.customer.root.after(this.reply.root);
  }

  #remedy(code) {
    if (FINAL.has(code)) return null;
    if (OVER.has(code)) return { key: "chat.new_conversation", run: () => this.#page.begin(this.message.text) };
    return this.#again();
  }

  #again() {
    return { key: "chat.retry", run: () => this.send() };
  }

  async #vote(helpful) {
    try {
      await this.#desk.feedback(this.reply.messageId, helpful);
      return true;
    } catch {
      this.#voice.tell("error.internal");
      return false;
    }
  }
}
