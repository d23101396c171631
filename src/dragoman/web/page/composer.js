// Where the customer writes. Enter sends, Shift+Enter breaks the line, and the Enter that ends an input
// method's composition only ends it.

// From this part of the limit on, the count is shown.
const COUNT_FROM = 0.8;

export class Composer {
  /** `onSend(text)` is given what is to be sent, `onStop()` is called when the reply under way is not wanted. */
  constructor(form, words, { limit, onSend, onStop }) {
    this.form = form;
    this.words = words;
    this.limit = limit;
    this.onSend = onSend;
    this.field = form.querySelector("textarea");
    this.send = form.querySelector("#send");
    this.stop = form.querySelector("#stop");
    this.hint = form.querySelector("#hint");
    this.count = form.querySelector("#count");
    form.addEventListener("submit", (event) => (event.preventDefault(), this.#submit()));
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.field.addEventListener("input", () => this.#changed());
    this.stop.addEventListener("click", onStop);
    this.#changed();
  }

  get text() {
    return this.field.value.trim();
  }

  set text(value) {
    this.field.value = value;
    this.#changed();
  }

  focus() {
    this.field.focus();
  }

  /** While a reply is being written there is something to stop. */
  set writing(value) {
    // A button that goes must not take the keyboard's place with it.
    if (!value && document.activeElement === this.stop) this.focus();
    this.stop.hidden = !value;
  }

  /** The language has changed: what is written as a number or a phrase is written anew. */
  refresh() {
    this.#changed();
  }

  #key(event) {
    // keyCode 229: Safari says `isComposing` false for the Enter that ends a composition.
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  #submit() {
    if (!this.text) return this.#say("error.message_empty");
    if (this.#length() > this.limit) return this.#sayTooLong();
    const { text } = this;
    this.text = "";
    this.focus();
    return this.onSend(text);
  }

  #changed() {
    const length = this.#length();
    // An empty field's placeholder runs as the page does, what is written runs as it is written.
    if (length) this.field.dir = "auto";
    else this.field.removeAttribute("dir");
    this.send.setAttribute("aria-disabled", String(length === 0 || length > this.limit));
    this.#showCount(length);
    if (length > this.limit) this.#sayTooLong();
    else this.#say(null);
    this.#fit();
  }

  /** In code points, as the desk counts. */
  #length() {
    return [...this.text].length;
  }

  #showCount(length) {
    this.count.hidden = length < this.limit * COUNT_FROM;
    this.count.dataset.over = String(length > this.limit);
    this.count.textContent = `${this.words.number(length)} / ${this.words.number(this.limit)}`;
  }

  #sayTooLong() {
    this.#say("error.message_too_long", { limit: this.words.number(this.limit) });
  }

  /** Says something once; the same again would be read out at every key. */
  #say(key, values) {
    const text = key ? this.words.text(key, values) : "";
    if (this.hint.textContent !== text) this.hint.textContent = text;
    this.field.setAttribute("aria-invalid", String(key !== null));
  }

  /** As high as its text; CSS bounds it. Where the browser does so itself nothing is to be done. */
  #fit() {
    if (CSS.supports("field-sizing", "content")) return;
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
  }
}
