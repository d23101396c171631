"""Markdown, and what Office files and PDFs are turned into, as sections of plain text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import regex
from markdown_it import MarkdownIt
from markdown_it.token import Token

from dragoman.knowledge.reading.base import Section
from dragoman.knowledge.reading.outline import Outline
from dragoman.languages.registry import match_tag

_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^([A-Za-z_]+)[ \t]*:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_TAG = re.compile(r"<!--.*?-->|<[^<>]*>", re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
# A line break inside a paragraph is a space, except between signs of scripts that write none.
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}，。、！？：；]"
_SOFT = "\ue000"
_SOFT_UNSPACED = regex.compile(rf"(?<={_UNSPACED}){_SOFT}(?={_UNSPACED})")

_PARSER = MarkdownIt("commonmark", {"maxNesting": 60}).enable("table")


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """Split the `key: value` lines between `---` at a file's beginning from the rest; keys come in lower case."""
    found = _FRONT.match(text)
    if not found:
        return {}, text
    fields = {key.lower(): value.strip("\"'") for key, value in _FIELD.findall(found[1])}
    return fields, text[found.end() :]


def read_markdown(text: str) -> tuple[Mapping[str, str], str | None, tuple[Section, ...]]:
    """Return the front matter, the title that the text begins with, and its sections.

    Marks of emphasis go; links keep their address in brackets; list items keep a dash or their number; a table's
    rows become `column: value` lines; HTML goes, with its comments.
    """
    fields, body = front_matter(text)
    outline = Outline(match_tag(fields.get("language", fields.get("lang", ""))))
    _walk(_PARSER.parse(body), outline)
    return fields, *outline.finish()


def _walk(tokens: Sequence[Token], outline: Outline) -> None:
    """Give the outline every block; those of one list are one block, so that a list stays together."""
    lists = _Lists()
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.type == "table_open":
            end = next(at for at in range(index, len(tokens)) if tokens[at].type == "table_close")
            outline.block("\n".join(_rows(tokens[index:end])))
            index = end
        elif token.type == "heading_open":
            index += 1
            outline.heading(int(token.tag[1]), _inline(tokens[index]))
        elif lists.takes(token):
            if lists.text and not lists.depth:
                outline.block(lists.flush())
        elif text := _block_text(token):
            if lists.depth:
                lists.add(text)
            else:
                outline.block(text)
        index += 1


class _Lists:
    """The list being read, nested ones included, as lines."""

    def __init__(self) -> None:
        self._marks: list[int | None] = []
        self._lines: list[str] = []
        self._mark = ""

    @property
    def depth(self) -> int:
        return len(self._marks)

    @property
    def text(self) -> str:
        return "\n".join(self._lines)

    def takes(self, token: Token) -> bool:
        """Follow the tokens that open and close lists and items; tell whether it was one."""
        if token.type == "ordered_list_open":
            self._marks.append(int(token.attrs.get("start", 1)))
        elif token.type == "bullet_list_open":
            self._marks.append(None)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            self._marks.pop()
        elif token.type == "list_item_open":
            self._mark = self._next_mark()
        else:
            return False
        return True

    def add(self, text: str) -> None:
        self._lines.append(self._mark + text)
        self._mark = ""

    def flush(self) -> str:
        text, self._lines = self.text, []
        return text

    def _next_mark(self) -> str:
        number = self._marks[-1]
        if number is None:
            return "- "
        self._marks[-1] = number + 1
        return f"{number}. "


def _block_text(token: Token) -> str:
    if token.type == "inline":
        return _inline(token)
    if token.type in ("fence", "code_block"):
        return token.content
    if token.type == "html_block":
        return _TAG.sub("", _BREAK.sub("\n", token.content))
    return ""


def _rows(tokens: Sequence[Token]) -> Iterator[str]:
    """Return the body rows of a table as `column: value` pairs, a row a line."""
    header: list[str] = []
    row: list[str] = []
    for before, token in pairwise(tokens):
        if before.type == "th_open":
            header.append(_inline(token))
        elif before.type == "td_open":
            row.append(_inline(token))
        elif token.type == "tr_close" and row:
            yield named_cells(header, row)
            row = []


def named_cells(header: Sequence[str], row: Sequence[str]) -> str:
    """Return one row as `column: value; column: value`, without empty cells."""
    names = [*header, *[""] * (len(row) - len(header))]
    return "; ".join(
        f"{name}: {cell}" if name else cell for name, cell in zip(names, row, strict=False) if cell
    )


def _inline(token: Token) -> str:
    parts: list[str] = []
    addresses: list[tuple[str, int]] = []
    for child in token.children or ():
        if child.type == "link_open":
            addresses.append((str(child.attrs.get("href", "")), len(parts)))
        elif child.type == "link_close" and addresses:
            address, start = addresses.pop()
            parts.append(address_after("".join(parts[start:]), address))
        else:
            parts.append(_inline_text(child))
    return _SOFT_UNSPACED.sub("", "".join(parts)).replace(_SOFT, " ").strip()


def _inline_text(child: Token) -> str:
    if child.type == "softbreak":
        return _SOFT
    if child.type == "hardbreak" or (child.type == "html_inline" and _BREAK.match(child.content)):
        return "\n"
    return child.content if child.type in ("text", "code_inline", "image", "text_special") else ""


def address_after(text: str, address: str) -> str:
    """Return what a link adds to its words: the address in brackets where it is one to go or write to and they lack it."""
    kind, _, rest = address.partition(":")
    if kind not in ("http", "https", "mailto", "tel") or rest.strip("/") in text:
        return ""
    return f" ({address if kind.startswith('http') else rest})"
