"""What stands between the model's text and the customer: loops are ended, unfinished tails are cut."""

import re
from dataclasses import dataclass, field

# Ends of sentences in the 29 languages, with closing quotes and brackets, and line breaks.
# A full stop or an exclamation mark between letters or digits (3.5, dragoman.example) ends nothing.
_SENTENCE_END = re.compile(r"(?:[.!?…]+[\"'”’»)\]]*(?=\s)|[。！？｡।॥។៕၊။؟۔]+[”’」』）)\]]*|\n+)")
# Scripts without full stops (Thai, Lao) set clauses apart by spaces; a long run is a sentence for us.
_CLAUSE_END = re.compile(r"(?<=[\u0e00-\u0eff]{24})\s+")
_LAST_END = re.compile(r"[.!?…。！？｡।॥។៕။؟۔\n][\"'”’»)\]」』）]*")

# A run of text is a loop when the same characters come again at once this often; short ones need more
# repeats, since "ha ha ha" and "1,000,000" are not loops.
_LOOPS = ((3, 8), (12, 5), (60, 4), (240, 3))
SHORTEST_KEPT = 0.3
"""An unfinished last sentence is dropped when what stands before it is at least this part of the text."""


def split_sentences(text: str) -> list[str]:
    """Cut `text` after each sentence; joined, the parts are the text again."""
    ends = sorted(
        {match.end() for pattern in (_SENTENCE_END, _CLAUSE_END) for match in pattern.finditer(text)}
    )
    parts = [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
    return [part for part in parts if part]


# Loops also vary between their rounds. A phrase of so many bytes (60 Latin letters, 20 of scripts that take three
# bytes each) that is said for the third time ends a reply, wherever it stood before.
_PHRASE_BYTES = 60
_PHRASE_TIMES = 3


def loop_start(text: str) -> int | None:
    """Return where the second round of a loop at the end of `text` begins, or None where there is none."""
    strict = _periodic_loop_start(text)
    return _phrase_loop_start(text) if strict is None else strict


def _phrase_loop_start(text: str) -> int | None:
    phrase = text.encode(errors="replace")[-_PHRASE_BYTES:].decode(errors="ignore")
    if not phrase.strip() or text.count(phrase) < _PHRASE_TIMES:
        return None
    return text.find(phrase, text.find(phrase) + len(phrase))


def _periodic_loop_start(text: str) -> int | None:
    longest = 0
    for period, times in _LOOPS:
        for length in range(longest + 1, min(period, len(text) // times) + 1):
            unit = text[-length:]
            if unit.strip() and text.endswith(unit * times):
                return _first_round_end(text, length)
        longest = period
    return None


def _first_round_end(text: str, length: int) -> int:
    """Walk back while the text goes on repeating with this period, and keep one round."""
    start = len(text) - length
    while start > 0 and text[start - 1] == text[start - 1 + length]:
        start -= 1
    return start + length


def _key(sentence: str) -> str:
    return re.sub(r"\W+", " ", sentence).strip().casefold()


def finish_cut_text(text: str) -> str:
    """Return a text that was cut off by its length limit, ended at its last whole sentence where one is near."""
    ends = [match.end() for match in _LAST_END.finditer(text)]
    if ends and ends[-1] >= SHORTEST_KEPT * len(text):
        return text[: ends[-1]].rstrip()
    return text.rstrip(" ,;:、，؛،-–—") + "…"


# Shorter sentences ("Yes.", "1.") may come again without the reply going round in circles.
_SHORTEST_REPEAT = 8
_MOST_REPEATS = 2


@dataclass(slots=True)
class RepetitionGuard:
    """Lets a reply through while it says something new.

    A sentence that begins as an earlier one did is held back until it differs; when it turns out to be
    the same, it is dropped. A second such sentence, or a loop inside one, ends the reply.

    Attributes:
        looping: True once the reply has to end.
    """

    looping: bool = False
    _kept: str = ""
    _current: str = ""
    _out: int = 0
    _seen: set[str] = field(default_factory=set[str])
    _repeats: int = 0

    @property
    def text(self) -> str:
        """The reply so far, without what was dropped."""
        whole = self._kept + self._current
        return whole[: loop_start(whole)]

    def feed(self, piece: str) -> str:
        """Take the next piece and return what may go out now."""
        if self.looping:
            return ""
        *whole, rest = split_sentences(self._current + piece) or [""]
        released = ""
        for sentence in whole:
            released += self._close(sentence)
            if self.looping:
                return released
        self._current = rest
        return released + self._open()

    def finish(self) -> str:
        """Take the end of the text and return what of the rest may go out."""
        if self.looping:
            return ""
        last, self._current = self._current, ""
        return self._close(last)

    def _close(self, sentence: str) -> str:
        key = _key(sentence)
        if key in self._seen:
            self._repeats += 1
            self.looping = self._repeats >= _MOST_REPEATS
            self._current = ""
            return ""
        if len(key) >= _SHORTEST_REPEAT:
            self._seen.add(key)
        fresh, self._out = sentence[self._out :], 0
        self._kept += sentence
        return fresh

    def _open(self) -> str:
        if loop_start(self._kept + self._current) is not None:
            self.looping = True
            return ""
        key = _key(self._current)
        if any(seen.startswith(key) for seen in self._seen):
            return ""
        fresh, self._out = self._current[self._out :], len(self._current)
        return fresh
