"""HTML as a tree of elements; the one place that knows lxml, which carries no types."""

from typing import Any

from lxml import html

from dragoman.nouns.errors import KnowledgeRefusedError

Element = Any
"""An element of lxml: `tag`, `text`, `tail`, `get`, `iter`."""


def html_tree(text: str) -> Element | None:
    """Return the root of a page, however broken its HTML is, without comments; None where there is nothing in it.

    Raises:
        KnowledgeRefusedError: elements are nested so deeply (256) that the parser leaves out what is in them.
    """
    untyped: Any = html
    parser = untyped.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = untyped.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except untyped.etree.LxmlError:
        root = None
    if any("depth" in str(entry.message).lower() for entry in parser.error_log):
        raise KnowledgeRefusedError(
            "its elements are nested too deeply; save the page as plain text and add that"
        )
    return root
