// Keeps the newest words in view for a reader who is at the end, and leaves a reader alone who has
// gone back to read.

// So near the end counts as at the end: half a line.
const NEAR_PX = 24;

export class Follow {
  /** `scroller` scrolls, `content` grows in it, `button` leads to the end. */
  constructor(scroller, content, button) {
    this.scroller = scroller;
    this.button = button;
    this.atEnd = true;
    scroller.addEventListener("scroll", () => this.#look(), { passive: true });
    button.addEventListener("click", () => this.toEnd());
    const grown = new ResizeObserver(() => this.#grew());
    grown.observe(content);
    grown.observe(scroller);
  }

  toEnd() {
    this.atEnd = true;
    this.#grew();
  }

  #grew() {
    if (this.atEnd) this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#look();
  }

  #look() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.atEnd = scrollHeight - scrollTop - clientHeight <= NEAR_PX;
    this.button.hidden = this.atEnd;
  }
}
