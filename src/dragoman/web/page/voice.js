// What is said rather than shown in the log: the state of the connection, and, for screen readers,
// each reply once and whole.

// How long good news stays.
const PASSING_MS = 4000;

export class Voice {
  #timer;

  /** `status` is seen and read out, `announcer` is only read out. */
  constructor(status, announcer, words) {
    this.status = status;
    this.announcer = announcer;
    this.words = words;
  }

  /** Reads `text` out in its own language. */
  announce({ text, lang = this.words.code, dir = "auto" }) {
    this.announcer.lang = lang;
    this.announcer.dir = dir;
    this.announcer.textContent = text;
  }

  /** Shows the phrase `key`, or `text`, until something else is told; `level` is `trouble` or `good`. */
  tell(key, { level = "trouble", text } = {}) {
    clearTimeout(this.#timer);
    if (text) {
      delete this.status.dataset.phrase;
      this.status.textContent = text;
    } else this.words.set(this.status, key);
    this.status.dataset.level = level;
    if (level === "good") this.#timer = setTimeout(() => this.hush(), PASSING_MS);
  }

  /** Trouble is over; good news may stay its time. */
  settle() {
    if (this.status.dataset.level === "trouble") this.hush();
  }

  hush() {
    clearTimeout(this.#timer);
    delete this.status.dataset.phrase;
    delete this.status.dataset.level;
    this.status.textContent = "";
  }
}
