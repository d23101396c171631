// The conversation on the page: its exchanges in order, and what a reload brings back.

import { Unreachable } from "./desk.js";
import { Exchange, newName } from "./exchange.js";
import { rebuild } from "./past.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

export class Conversation {
  #exchanges = [];
  #restored = Promise.resolve();

  /** `list` holds the messages; `house` what all exchanges share: `{desk, memory, words, voice, page}`. */
  constructor(list, house) {
    this.list = list;
    this.house = house;
  }

  get live() {
    return this.#exchanges.some((one) => one.live);
  }

  /** Sends a message. One that is still being answered gives way to it. */
  send(text) {
    const exchange = new Exchange({ clientId: newName(), text }, this.house);
    const older = this.#exchanges.at(-1);
    this.#exchanges.push(exchange);
    this.list.append(exchange.customer.root);
    exchange.send(this.#restored.then(() => older?.acknowledged));
    older?.giveWay();
  }

  stop() {
    this.#exchanges.at(-1)?.stop();
    for (const older of this.#exchanges) older.leave();
  }

  /** Puts the page back as it was before anything was said. */
  clear() {
    for (const exchange of this.#exchanges) exchange.leave();
    this.#exchanges = [];
    this.list.replaceChildren();
    this.house.voice.hush();
  }

  /** Shows what was said before the page was loaded, and goes on with what was under way. */
  restore() {
    this.#restored = this.#restore();
    return this.#restored;
  }

  async #restore() {
    const kept = this.house.memory.conversation;
    const log = kept ? await this.#log(kept) : null;
    if (this.house.memory.conversation !== kept) return;
    const { nodes, exchanges, unanswered } = rebuild(log?.events ?? [], this.house);
    this.list.prepend(nodes);
    if (log) this.house.page.restored();
    const newer = this.#exchanges.length > 0;
    this.#exchanges.unshift(...exchanges);
    await this.#goOn(unanswered, newer);
  }

  /** Sends again what no answer is known for; each gives way to the next, the last one to a `newer`. */
  async #goOn(unanswered, newer) {
    let before = Promise.resolve();
    for (const [index, exchange] of unanswered.entries()) {
      exchange.send(before);
      before = exchange.acknowledged;
      if (newer || index < unanswered.length - 1) exchange.giveWay();
    }
    await before;
  }

  /** The log, asked for until there is an answer; null when the conversation is gone. */
  async #log(kept) {
    const { desk, memory, voice } = this.house;
    for (let wait = FIRST_WAIT_MS; memory.conversation === kept; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      try {
        const log = await desk.log();
        voice.hush();
        return log;
      } catch (fault) {
        if (!(fault instanceof Unreachable)) break;
        voice.tell("chat.connection_lost");
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
    if (memory.conversation === kept) memory.forget();
    return null;
  }
}
