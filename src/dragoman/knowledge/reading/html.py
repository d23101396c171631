"""The main text of a web page, without its menus and without what is hidden from its readers."""

import re
from collections.abc import Iterator

from trafilatura import bare_extraction

from dragoman.knowledge.reading.base import Section
from dragoman.knowledge.reading.markdown import address_after, named_cells
from dragoman.knowledge.reading.outline import Outline
from dragoman.knowledge.reading.tree import Element, html_tree
from dragoman.languages.registry import match_tag

# What is no text, what is not shown, and what stands around the text on every page of a site.
_NO_TEXT = "script|style|noscript|template|svg|math|iframe|object|embed|canvas|audio|video|select|button|input|textarea|head"
_AROUND = "nav|footer|aside|header|form|dialog"
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0*)?\s*(?:;|$)"
    r"|font-size\s*:\s*0(?:\.0*)?(?:px|pt|em|rem|%)?\s*(?:;|$)|(?:left|top|text-indent)\s*:\s*-\d{4,}",
    re.IGNORECASE,
)
_HIDDEN_CLASSES = frozenset(
    {"hidden", "visually-hidden", "sr-only", "screen-reader-text", "d-none", "is-hidden"}
)
_ROLES_AROUND = frozenset({"navigation", "banner", "contentinfo", "complementary", "search", "dialog"})
# Tags of HTML, and those that trafilatura writes for them.
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "main",
        "body",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "li",
        "table",
        "tr",
        "td",
        "th",
        "pre",
        "blockquote",
        "figure",
        "figcaption",
        "address",
        "details",
        "summary",
        "fieldset",
        "hr",
        "list",
        "item",
        "row",
        "cell",
        "quote",
        "head",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "center",
        "tbody",
        "thead",
        "tfoot",
        "caption",
    ]
)
_ONLY_MARK = re.compile(r"-|\d+\.")
_SHORTEST = 250
"""Characters below which trafilatura has found no main text, only some of it."""


def read_html(text: str) -> tuple[str | None, tuple[Section, ...]]:
    """Return the title of a page and the sections of its main text.

    Raises:
        KnowledgeRefusedError: elements are nested so deeply that no reader should follow.
    """
    root = html_tree(text)
    if root is None:
        return None, ()
    page_title = root.findtext(".//title")
    outline = Outline(
        match_tag(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "")
    )
    _prune(root)
    _Walk(outline).element(_main_part(root))
    title, sections = outline.finish()
    return title or page_title, sections


def _prune(root: Element) -> None:
    """Take out what is not read: hidden, or no text, or around the text."""
    for element in list(root.iter()):
        if element is root or not isinstance(element.tag, str):
            continue
        if re.fullmatch(f"{_NO_TEXT}|{_AROUND}", element.tag) or _is_hidden(element):
            if element.tag == "header" and _inside(element, ("article", "main")):
                continue
            element.drop_tree()


def _inside(element: Element, tags: tuple[str, ...]) -> bool:
    return any(above.tag in tags for above in element.iterancestors())


def _is_hidden(element: Element) -> bool:
    classes = set((element.get("class") or "").lower().split())
    return (
        element.get("hidden") is not None
        or (element.get("aria-hidden") or "").lower() == "true"
        or (element.get("role") or "").lower() in _ROLES_AROUND
        or bool(classes & _HIDDEN_CLASSES)
        or bool(_HIDDEN_STYLE.search(element.get("style") or ""))
    )


def _main_part(root: Element) -> Element:
    """Return what the page itself calls its main part, else what trafilatura finds, else all that is left."""
    for path in (".//main", ".//*[@role='main']", ".//article"):
        found = root.findall(path)
        if len(found) == 1:
            return found[0]
    extracted = bare_extraction(root, include_tables=True, include_links=True, include_comments=False)
    body = getattr(extracted, "body", None)
    if body is not None and len("".join(body.itertext())) >= _SHORTEST:
        return body
    found = root.find(".//body")
    return root if found is None else found


class _Walk:
    """Walks through elements and gives the outline their headings and blocks."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._line: list[str] = []
        self._lines: list[str] = []
        self._in_list = 0

    def element(self, element: Element) -> None:
        """Take an element and what is in it."""
        tag = str(element.tag)
        level = _heading_level(element)
        if level:
            self._end_block()
            self._outline.heading(level, " ".join(element.itertext()))
        elif tag == "pre":
            self._end_block()
            self._outline.block("".join(element.itertext()))
        elif tag == "table" and not _is_layout(element):
            self._end_block()
            self._outline.block("\n".join(_table_rows(element)))
        elif tag in ("ul", "ol", "list"):
            self._list(element)
        elif tag in _BLOCKS:
            self._end_line_or_block()
            self._inside(element)
            self._end_line_or_block()
        else:
            self._inline(element)

    def _inside(self, element: Element) -> None:
        self._text(element.text)
        for child in element:
            if isinstance(child.tag, str):
                self.element(child)
            self._text(child.tail)
        if element.tag in ("body", "main", "article"):
            self._end_block()

    def _inline(self, element: Element) -> None:
        if element.tag in ("br", "lb"):
            self._line.append("\n")
        start = len(self._line)
        self._inside(element)
        address = element.get("href") or element.get("target") if element.tag in ("a", "ref") else None
        if address:
            self._line.append(address_after("".join(self._line[start:]), address))

    def _list(self, element: Element) -> None:
        """Take a list, its items as lines of one block; a nested list adds its lines to those of the outer one."""
        self._end_line()
        self._in_list += 1
        for number, item in enumerate(element, start=1):
            if not isinstance(item.tag, str):
                continue
            self._line.append(f"{number}. " if element.tag == "ol" else "- ")
            self._inside(item)
            self._end_line()
        self._in_list -= 1
        self._end_line_or_block()

    def _text(self, text: str | None) -> None:
        if text:
            self._line.append(re.sub(r"\s+", " ", text))

    def _end_line_or_block(self) -> None:
        if self._in_list:
            self._end_line()
        else:
            self._end_block()

    def _end_line(self) -> None:
        line = "".join(self._line).strip()
        if line and not _ONLY_MARK.fullmatch(line):
            self._lines.append(line)
            self._line = []

    def _end_block(self) -> None:
        self._end_line()
        self._outline.block("\n".join(self._lines))
        self._line, self._lines = [], []


def _heading_level(element: Element) -> int:
    name = element.get("rend") or "h2" if element.tag == "head" else str(element.tag)
    found = re.fullmatch(r"h([1-6])", name)
    return int(found[1]) if found else 0


def _is_layout(table: Element) -> bool:
    """Tell whether a table only arranges the page: what is in it has tables, headings or lists of its own."""
    return any(
        element is not table for element in table.iter("table", "h1", "h2", "h3", "h4", "ul", "ol", "list")
    )


def _table_rows(table: Element) -> Iterator[str]:
    """Return the rows of a table as `column: value` pairs where its first row is one of headings, else as they are."""
    rows = [
        [" ".join("".join(cell.itertext()).split()) for cell in row.iter("td", "th", "cell")]
        for row in table.iter("tr", "row")
    ]
    first = next(table.iter("tr", "row"), None)
    headed = (
        first is not None and len(rows) > 1 and all(_is_head(cell) for cell in first.iter("td", "th", "cell"))
    )
    header = rows[0] if headed else []
    yield from filter(None, (named_cells(header, row) for row in rows[headed:]))


def _is_head(cell: Element) -> bool:
    return cell.tag == "th" or cell.get("role") == "head"
