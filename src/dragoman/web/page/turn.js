// One message on its way to its answer: sent, and sent again under the same name until the desk has
// answered, refused, or the visitor has moved on. The desk never takes one name for two messages.

import { Refused, Unreachable } from "./desk.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
// How often a desk that says "later" is believed before the visitor is told and may decide.
const PATIENCE = 3;

export class Turn {
  #desk;
  #view;
  #attempt = null;
  #wake = null;
  #lost = false;
  #busy = 0;
  #settle;

  /**
   * `message` is `{clientId, text, language}`; `view` shows what happens: `restart`, `language`,
   * `delta`, `done`, `superseded`, `stopped`, `failed`, `lost`, `busy`, `back`, and `ended` after any of the ends.
   */
  constructor(desk, message, view) {
    this.#desk = desk;
    this.#view = view;
    this.message = message;
    this.ended = false;
    /** Fulfilled once the desk has the message, or never will. */
    this.acknowledged = new Promise((resolve) => (this.#settle = resolve));
  }

  /** Sends once `before` is known to the desk, so that messages keep their order, and follows the answer to its end. */
  async run(before = Promise.resolve()) {
    await before;
    let wait = FIRST_WAIT_MS;
    while (!this.ended) {
      try {
        await this.#try(() => (wait = FIRST_WAIT_MS));
      } catch (fault) {
        if (this.ended) break;
        const pause = this.#weigh(fault, wait);
        if (pause === null) break;
        await this.#pause(pause);
        wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      }
    }
  }

  /** The visitor wants no more of it. */
  stop() {
    if (!this.ended) this.#finish(() => this.#view.stopped());
  }

  /** Nobody is looking any more. */
  leave() {
    this.#end();
  }

  /** A newer message takes its place as soon as the desk has both. */
  async supersede() {
    this.#view.superseded();
    await this.acknowledged;
    this.#end();
  }

  async #try(onProgress) {
    this.#attempt = new AbortController();
    const { signal } = this.#attempt;
    // The browser knows before the connection does.
    const offline = () => this.#attempt.abort();
    addEventListener("offline", offline);
    try {
      this.#view.restart();
      for await (const { event, data } of this.#desk.answer(this.message, signal)) {
        onProgress();
        this.#take(event, data);
        if (this.ended) return;
      }
      throw new Unreachable("the stream was cut");
    } finally {
      removeEventListener("offline", offline);
    }
  }

  #take(event, data) {
    if (this.#lost) this.#view.back();
    this.#lost = false;
    if (event === "language") this.#settle();
    if (event === "language") this.#view.language(data);
    if (event === "delta") this.#view.delta(data.text);
    if (event === "done") this.#finish(() => this.#view.done(data));
    if (event === "error") this.#refuse(new Refused(data));
  }

  #refuse(refusal) {
    if (refusal.code !== "turn_superseded") throw refusal;
    this.#finish(() => this.#view.superseded());
  }

  #finish(show) {
    this.#end();
    show();
  }

  /** How long to wait before the next attempt, in milliseconds; null when there is to be none. */
  #weigh(fault, wait) {
    if (fault instanceof Refused) return this.#weighRefusal(fault);
    if (!(fault instanceof Unreachable) && fault.name !== "AbortError") return this.#giveUp(fault);
    this.#lost = true;
    this.#view.lost();
    return wait * (0.75 + Math.random() / 2); // Spread, so that a restarted desk is not asked by all at once.
  }

  #weighRefusal(refusal) {
    if (refusal.retryAfter !== null && ++this.#busy <= PATIENCE) {
      this.#view.busy(refusal);
      return Math.max(refusal.retryAfter * 1000, FIRST_WAIT_MS);
    }
    this.#finish(() => this.#view.failed(refusal));
    return null;
  }

  /** A fault of this page's own: the visitor is told, the browser's console too. */
  #giveUp(fault) {
    this.#finish(() => this.#view.failed(new Refused()));
    throw fault;
  }

  /** Ends early when the network is back or the turn is over. */
  async #pause(milliseconds) {
    let timer;
    await new Promise((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, milliseconds);
      addEventListener("online", resolve, { once: true });
    });
    clearTimeout(timer);
    removeEventListener("online", this.#wake);
  }

  #end() {
    if (this.ended) return;
    this.ended = true;
    this.#attempt?.abort();
    this.#wake?.();
    this.#settle();
    this.#view.ended();
  }
}
