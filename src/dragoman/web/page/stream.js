// Server-sent events read from a fetch (EventSource can neither post nor send a token).
// The form: WHATWG HTML, section 9.2.6.

// A connection that says nothing for so long is taken for dead: the desk sends a keep-alive every 10 s.
const SILENCE_MS = 35_000;
// A lone CR at the end may be half of CRLF: wait for what follows.
const LINE_END = /\r\n|\n|\r(?=[^])/;

/** Splits text that comes in pieces into events `{event, data}`; what is cut off before its blank line is dropped. */
export class EventParser {
  #rest = "";
  #event = "message";
  #data = [];

  /** The events that this piece completes. */
  *push(text) {
    this.#rest += text;
    for (let end; (end = LINE_END.exec(this.#rest)); ) {
      const line = this.#rest.slice(0, end.index);
      this.#rest = this.#rest.slice(end.index + end[0].length);
      if (line) this.#field(line);
      else if (this.#data.length) yield this.#take();
      else this.#event = "message";
    }
  }

  #field(line) {
    const [, name, value] = /^([^:]*):? ?([^]*)$/.exec(line);
    if (name === "event") this.#event = value;
    if (name === "data") this.#data.push(value);
  }

  #take() {
    const event = { event: this.#event, data: this.#data.join("\n") };
    this.#event = "message";
    this.#data = [];
    return event;
  }
}

/** Yields `{event, data}` with `data` parsed from JSON, until the body ends. Throws when it breaks or falls silent. */
export async function* events(body) {
  const parser = new EventParser();
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { value, done } = await withinSilence(reader.read());
      if (done) return;
      for (const { event, data } of parser.push(value)) yield { event, data: JSON.parse(data) };
    }
  } finally {
    reader.cancel().catch(() => {}); // Already broken: nothing is left to cancel.
  }
}

async function withinSilence(read) {
  let timer;
  const silence = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("silent stream")), SILENCE_MS);
  });
  try {
    return await Promise.race([read, silence]);
  } finally {
    clearTimeout(timer);
  }
}
