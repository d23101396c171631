// The chat page, put together.

import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { Desk } from "./desk.js";
import { element } from "./dom.js";
import { Follow } from "./follow.js";
import { Memory } from "./memory.js";
import { Voice } from "./voice.js";
import { Words } from "./words.js";

const at = (id) => document.getElementById(id);
const config = JSON.parse(at("desk").textContent);
const memory = new Memory();
const words = new Words(config);
const voice = new Voice(at("status"), at("announcer"), words);
const desk = new Desk(memory);
const follow = new Follow(at("scroller"), at("content"), at("to-end"));

const page = {
  /** Something has begun or ended to be answered. */
  writing() {
    composer.writing = conversation.live;
  },
  answersIn(code) {
    const language = words.languages.get(code);
    if (!language) return;
    words.set(at("answers-in"), "chat.answers_in", { language: language.own });
  },
  /** The conversation is over; what was to be said in it can be said in a new one. */
  begin(text) {
    begin();
    composer.text = text;
  },
  /** The log is back on the page. The language picked is this browser's to know: every message says it. */
  restored() {
    showChoice();
    follow.toEnd();
  },
};

const conversation = new Conversation(at("messages"), { desk, memory, words, voice, page });
const composer = new Composer(at("composer"), words, {
  limit: config.max_message_chars,
  onSend(text) {
    conversation.send(text);
    follow.toEnd();
  },
  onStop: () => conversation.stop(),
});

/** Forgets the conversation and begins anew; the desk keeps the old one until it is erased there. */
function begin() {
  memory.forget();
  conversation.clear();
  words.set(at("answers-in"), "", {});
  showChoice();
  composer.focus();
}

async function erase() {
  try {
    if (memory.conversation) await desk.erase();
  } catch (fault) {
    if (fault.code !== "conversation_unknown") return voice.tell("error.internal");
  }
  begin();
  return voice.tell("chat.erased", { level: "good" });
}

/** From now on the desk answers in this language, and the page speaks it; null leaves it to the desk. */
async function choose(code) {
  memory.language = code;
  showChoice();
  await words.change(code);
  composer.refresh();
}

function showChoice() {
  at("language").value = memory.language ?? "";
  if (memory.language) page.answersIn(memory.language);
}

function listLanguages() {
  const collator = new Intl.Collator();
  const languages = [...words.languages.values()].sort((a, b) => collator.compare(a.own, b.own));
  at("language").append(
    ...languages.map((one) => element("option", { value: one.code, lang: one.code, dir: one.direction }, one.own)),
  );
}

function showModel({ name, stand_in: standIn }) {
  if (!name) return; // No engine can be reached just now.
  words.set(at("model"), "chat.written_by_model", { model: name });
  if (!standIn) return;
  words.set(at("stand-in"), "chat.stand_in_model", { model: name });
  at("stand-in").hidden = false;
}

at("language").addEventListener("change", (event) => {
  const code = event.target.value || null;
  choose(code);
  // Every message says it too: what fails here is made good by the next one.
  if (memory.conversation) desk.chooseLanguage(code).catch(() => {});
});
at("new").addEventListener("click", begin);
at("erase").addEventListener("click", () => at("erase-dialog").showModal());
at("erase-dialog").addEventListener("close", (event) => {
  if (event.target.returnValue === "erase") erase();
  event.target.returnValue = "";
});

listLanguages();
showModel(config.model);
if (memory.language) choose(memory.language);
conversation.restore();
// A keyboard that slides in over the greeting would be a poor welcome.
if (matchMedia("(pointer: fine)").matches) composer.focus();
