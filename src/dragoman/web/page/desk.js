// The desk's API as this page uses it.

import { events } from "./stream.js";

const API = new URL("api/v1/", document.baseURI);

/** The desk answered, and said no. `text` is for the customer, in their language; it may be missing. */
export class Refused extends Error {
  constructor({ code = "internal_error", detail, text, retry_after: retryAfter } = {}) {
    super(code);
    this.code = code;
    this.text = text ?? detail ?? null;
    /** Seconds after which the desk wants to be asked again, or null. */
    this.retryAfter = Number.isFinite(retryAfter) ? retryAfter : null;
  }
}

/** No answer of the desk's own came, or it broke off: worth trying again. */
export class Unreachable extends Error {}

export class Desk {
  #memory;
  #beginning = null;

  constructor(memory) {
    this.#memory = memory;
  }

  /** Sends a message, beginning the conversation if there is none, and yields the answer's events. */
  async *answer({ clientId, text, language }, signal) {
    await this.#begin(signal);
    const body = { message: text, client_id: clientId, language };
    const response = await this.#call("POST", "/messages", { body, signal, accept: "text/event-stream" });
    yield* translateFaults(events(response.body), signal);
  }

  /** Nobody waits for the reply under way any more. */
  async stop() {
    await this.#call("POST", "/stop");
  }

  /** The conversation's log. */
  async log() {
    return (await this.#call("GET", "")).json();
  }

  async erase() {
    await this.#call("DELETE", "");
  }

  async feedback(messageId, helpful) {
    await this.#call("POST", "/feedback", { body: { message_id: messageId, helpful } });
  }

  async chooseLanguage(code) {
    await this.#call("PUT", "/language", { body: { language: code } });
  }

  /** Two messages sent at once begin one conversation, not two. */
  async #begin(signal) {
    if (this.#memory.conversation) return;
    this.#beginning ??= this.#create(signal).finally(() => (this.#beginning = null));
    await this.#beginning;
  }

  async #create(signal) {
    const response = await request(new URL("conversations", API), { method: "POST", body: {}, signal, headers: this.#headers() });
    this.#memory.conversation = await response.json().catch(() => {
      throw new Unreachable("no JSON");
    });
  }

  #call(method, path, { body, signal, accept = "application/json" } = {}) {
    const { conversation_id: id, token } = this.#memory.conversation;
    const headers = { ...this.#headers(), Accept: accept, Authorization: `Bearer ${token}` };
    return request(new URL(`conversations/${encodeURIComponent(id)}${path}`, API), { method, headers, body, signal });
  }

  /** A picked language is the one to refuse in; otherwise the browser says what it prefers by itself. */
  #headers() {
    return this.#memory.language ? { "Accept-Language": this.#memory.language } : {};
  }
}

async function request(url, { method, headers, body, signal }) {
  const init = { method, headers, signal, cache: "no-store", referrerPolicy: "no-referrer" };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { ...headers, "Content-Type": "application/json" };
  }
  const response = await fetch(url, init).catch((fault) => {
    throw signal?.aborted ? fault : new Unreachable("no connection");
  });
  return accepted(response);
}

/** A login page of a hotel's network or a proxy's error page is not the desk's answer. */
async function accepted(response) {
  const type = response.headers.get("Content-Type") ?? "";
  if (response.ok && !type.startsWith("text/html")) return response;
  if (!type.includes("json")) throw new Unreachable(`status ${response.status}`);
  const problem = await response.json().catch(() => ({}));
  throw new Refused({ ...problem, retry_after: parseFloat(response.headers.get("Retry-After")) });
}

async function* translateFaults(answer, signal) {
  try {
    yield* answer;
  } catch (fault) {
    throw signal.aborted ? fault : new Unreachable("the stream broke");
  }
}
