"""Where a text goes round in circles."""

# A run of text is a loop when the same characters come again at once this often; short ones need more
# repeats, since "ha ha ha" and "1,000,000" are not loops.
_LOOPS = ((3, 8), (12, 5), (60, 4), (240, 3))
# Loops also vary between their rounds. A phrase of so many bytes (60 Latin letters, 20 of scripts that take three
# bytes each) that is said for the third time is a loop, wherever it stood before.
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
