// A conversation's log, made into exchanges again.

import { Exchange, newName } from "./exchange.js";

/**
 * Returns `{nodes, exchanges, unanswered}`: what to put into the list, all exchanges in order, and those
 * that were under way when the page was left. The last message of a conversation that was answered by
 * nothing and is not under way was stopped.
 */
export function rebuild(events, house) {
  const past = new Past(house);
  for (const event of events) past.add(event);
  const unanswered = past.unanswered();
  const last = past.exchanges.at(-1);
  if (last && !last.settled && !unanswered.includes(last)) last.stopped();
  return { nodes: past.nodes, exchanges: past.exchanges, unanswered };
}

class Past {
  #byTurn = new Map();
  nodes = document.createDocumentFragment();
  exchanges = [];

  constructor(house) {
    this.house = house;
  }

  add({ kind, turn_id: turnId, data }) {
    if (kind === "message.customer") {
      const clientId = data.client_id ?? newName();
      this.#byTurn.set(turnId, this.#put({ clientId, text: data.text }));
    }
    const exchange = this.#byTurn.get(turnId) ?? this.exchanges.at(-1);
    if (kind === "message.reply") exchange?.done(data);
    if (kind === "turn.failed") exchange?.failed(data);
    if (kind === "turn.superseded") exchange?.superseded();
    if (kind === "feedback") this.#vote(data);
  }

  /** Messages this browser sent and knows no answer to. The desk may never have had them. */
  unanswered() {
    const found = [];
    for (const message of this.house.memory.pending) {
      const exchange = this.exchanges.find((one) => one.message.clientId === message.clientId) ?? this.#put(message);
      if (exchange.settled) this.house.memory.dropPending(message.clientId);
      else found.push(exchange);
    }
    return found;
  }

  #put(message) {
    const exchange = new Exchange(message, this.house);
    this.exchanges.push(exchange);
    this.nodes.append(exchange.customer.root);
    return exchange;
  }

  #vote({ message_id: id, helpful }) {
    this.exchanges.find((one) => one.reply?.messageId === id)?.reply.votes.show(helpful);
  }
}
