// The part of Markdown that replies use: paragraphs, headings, lists, quotes and code.

import { element } from "./dom.js";
import { inline } from "./inline.js";

const FENCE = /^\s{0,3}(```|~~~)/;
const HEADING = /^\s{0,3}#{1,6}\s+(.*?)\s*#*$/;
const QUOTE = /^\s{0,3}>\s?(.*)$/;
const BULLET = /^(\s*)[-*+•]\s+(?=\S)(.*)$/;
// CSS names of counters, by the zero of their digits: a list counts in the digits it was written with.
const COUNTERS = new Map([
  ["0", "decimal"],
  ["٠", "arabic-indic"],
  ["۰", "persian"],
  ["०", "devanagari"],
  ["০", "bengali"],
  ["๐", "thai"],
  ["໐", "lao"],
  ["០", "khmer"],
  ["၀", "myanmar"],
  ["０", "decimal"],
]);
const ZEROS = [...COUNTERS.keys()];
const DIGIT = `[${ZEROS.map((zero) => `${zero}-${String.fromCodePoint(zero.codePointAt(0) + 9)}`).join("")}]`;
const NUMBERED = new RegExp(String.raw`^(\s*)(${DIGIT}{1,3})(?:[.)]\s+|[、．]\s*)(?=\S)(.*)$`);

/**
 * Shows a text that grows. Blocks that are finished stay as they are, so that reading, selecting and
 * following a link go on undisturbed while the next one is written.
 */
export class MarkdownView {
  #shown = [];

  constructor(root) {
    this.root = root;
  }

  show(text) {
    const blocks = cut(text);
    let same = 0;
    while (same < blocks.length && blocks[same] === this.#shown[same]) same++;
    while (this.root.childNodes.length > same) this.root.lastChild.remove();
    this.root.append(...blocks.slice(same).map(render));
    this.#shown = blocks;
  }
}

/** The text's blocks: each a string of whole lines. Blank lines part them, except within code and lists. */
export function cut(text) {
  const blocks = [];
  let lines = [];
  let kind = null;
  const close = () => {
    const block = lines.join("\n").trimEnd();
    if (block) blocks.push(block);
    lines = [];
    kind = null;
  };
  for (const line of text.replace(/\r\n?/g, "\n").split("\n")) {
    const next = kindAfter(kind, line);
    const fence = kind === "code" && FENCE.test(line);
    if (kind !== next && kind !== null) close();
    if (lines.length || line.trim()) lines.push(line);
    kind = next;
    if (fence || kind === "heading") close();
  }
  close();
  return blocks;
}

/** What a line belongs to, given what the line before it belongs to. */
function kindAfter(kind, line) {
  if (kind === "code") return "code";
  if (FENCE.test(line)) return "code";
  if (HEADING.test(line)) return "heading";
  if (QUOTE.test(line)) return "quote";
  if (listItem(line)) return "list";
  if (kind === "list" && (!line.trim() || /^\s{2,}/.test(line))) return "list";
  return line.trim() ? "text" : null;
}

function render(block) {
  const [first] = block.split("\n", 1);
  if (FENCE.test(first)) return code(block);
  if (HEADING.test(first)) return element("h3", {}, ...inline(HEADING.exec(first)[1]));
  if (QUOTE.test(first)) return quote(block);
  if (listItem(first)) return list(block.split("\n"));
  return element("p", {}, ...inline(block));
}

function code(block) {
  const inside = block.split("\n").slice(1);
  if (inside.length && FENCE.test(inside.at(-1))) inside.pop();
  return element("pre", { dir: "ltr", tabindex: "0" }, element("code", {}, inside.join("\n")));
}

function quote(block) {
  const inside = block.split("\n").map((line) => QUOTE.exec(line)?.[1] ?? line).join("\n");
  return element("blockquote", {}, ...inline(inside));
}

function listItem(line) {
  const numbered = NUMBERED.exec(line);
  if (numbered) return { indent: numbered[1].length, digits: numbered[2], text: numbered[3] };
  const bullet = BULLET.exec(line);
  return bullet && { indent: bullet[1].length, digits: null, text: bullet[2] };
}

/** A list from its lines; deeper indented items make lists within. */
function list(rows) {
  const first = listItem(rows[0]);
  const root = startList(first);
  const open = [{ indent: first.indent, root }];
  for (const row of rows) {
    const item = listItem(row);
    if (item) openItem(open, item);
    else if (row.trim()) open.at(-1).root.lastChild.append("\n", ...inline(row.trim()));
  }
  return root;
}

function openItem(open, item) {
  while (open.length > 1 && item.indent < open.at(-1).indent) open.pop();
  const innermost = open.at(-1);
  if (item.indent >= innermost.indent + 2 && innermost.root.lastChild) {
    const nested = startList(item);
    innermost.root.lastChild.append(nested);
    open.push({ indent: item.indent, root: nested });
  }
  open.at(-1).root.append(element("li", {}, ...inline(item.text)));
}

function startList({ digits }) {
  if (digits === null) return element("ul");
  const zero = ZEROS.find((one) => valueOf(digits[0], one) <= 9 && valueOf(digits[0], one) >= 0);
  const start = [...digits].reduce((sum, digit) => sum * 10 + valueOf(digit, zero), 0);
  const made = element("ol", { start: String(start) });
  made.style.listStyleType = COUNTERS.get(zero);
  return made;
}

/** A digit's value in the set that begins with `zero`; Unicode keeps the ten of a set together. */
function valueOf(digit, zero) {
  return digit.codePointAt(0) - zero.codePointAt(0);
}
