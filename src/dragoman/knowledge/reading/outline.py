"""Headings and blocks of text gathered into sections, whatever format they come from."""

from dataclasses import dataclass, field

from dragoman.knowledge.reading.base import Section
from dragoman.languages.cleaning import clean


@dataclass(slots=True)
class Outline:
    """Gathers a document's text from top to bottom.

    Attributes:
        language: the code of its language where the document says it.
    """

    language: str | None = None
    _headings: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    _blocks: list[str] = field(default_factory=list[str])
    _done: list[tuple[tuple[tuple[int, str], ...], str]] = field(
        default_factory=list[tuple[tuple[tuple[int, str], ...], str]]
    )
    _first: tuple[int, str] | None = None
    _ones: int = 0

    def heading(self, level: int, text: str) -> None:
        """Begin a section under a heading, 1 being the outermost; an empty one is passed over."""
        text = " ".join(clean(text).split())
        if not text:
            return
        self._close()
        self._headings = [one for one in self._headings if one[0] < level] + [(level, text)]
        if self._first is None and not self._done:
            self._first = (level, text)
        self._ones += self._first is not None and level <= self._first[0]

    def block(self, text: str) -> None:
        """Add a paragraph, a list or a row."""
        text = clean(text)
        if text:
            self._blocks.append(text)

    def finish(self) -> tuple[str | None, tuple[Section, ...]]:
        """Return the title and the sections.

        The title is the heading that the document begins with, where no other is as high as it; it is then left out
        of the headings of the sections.
        """
        self._close()
        title = self._first if self._ones == 1 else None
        return title and title[1], tuple(
            Section(tuple(name for level, name in headings if (level, name) != title), text, self.language)
            for headings, text in self._done
        )

    def _close(self) -> None:
        if self._blocks:
            self._done.append((tuple(self._headings), "\n\n".join(self._blocks)))
            self._blocks = []
