// What this browser remembers between visits: the conversation and the key to it, the language that
// was picked, and the messages not yet known to be answered (sent again after a reload).

const KEY = "dragoman.chat";
const NOTHING = { conversation: null, language: null, pending: [] };

export class Memory {
  #kept;

  constructor(storage = safeStorage()) {
    this.storage = storage;
    this.#kept = { ...NOTHING, ...this.#read() };
  }

  /** `{conversation_id, token}` or null. */
  get conversation() {
    return this.#kept.conversation;
  }

  set conversation(value) {
    this.#keep({ conversation: value });
  }

  /** The code of the language the visitor picked; null where the desk decides. */
  get language() {
    return this.#kept.language;
  }

  set language(code) {
    this.#keep({ language: code });
  }

  /** Messages under way, `{clientId, text}`, the oldest first. */
  get pending() {
    return this.#kept.pending;
  }

  addPending(message) {
    this.#keep({ pending: [...this.pending.filter((one) => one.clientId !== message.clientId), message] });
  }

  dropPending(clientId) {
    this.#keep({ pending: this.pending.filter((one) => one.clientId !== clientId) });
  }

  /** Forgets the conversation; the language picked stays. */
  forget() {
    this.#keep({ conversation: null, pending: [] });
  }

  #keep(change) {
    this.#kept = { ...this.#kept, ...change };
    try {
      this.storage?.setItem(KEY, JSON.stringify(this.#kept));
    } catch {
      // Full, or forbidden by the browser: the page then remembers until it is closed.
    }
  }

  #read() {
    try {
      return JSON.parse(this.storage?.getItem(KEY) ?? "{}");
    } catch {
      return {};
    }
  }
}

function safeStorage() {
  try {
    return globalThis.localStorage;
  } catch {
    return null; // Browsers throw here where cookies are blocked.
  }
}
