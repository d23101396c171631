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
    this.top = 0;
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
    // Only going up leaves the end; words that come faster than this is told of them do not.
    if (scrollHeight - scrollTop - clientHeight <= NEAR_PX) this.atEnd = true;
    else if (scrollTop < this.top) this.atEnd = false;
    this.top = scrollTop;
    this.button.hidden = this.atEnd;
  }
}
