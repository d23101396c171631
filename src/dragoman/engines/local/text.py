"""From tokens to text, as they come: whole characters only, and nothing of a stop string."""

import codecs
from collections.abc import Sequence


class Text:
    """The text of one generation.

    Bytes that are not yet a whole character wait for the rest; bytes that never become one are left out, so that no
    replacement character is ever written. What might be the beginning of a stop string waits until it is sure not
    to be one.
    """

    def __init__(self, stop: Sequence[str] = ()) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        self._stop = tuple(stop)
        self._held = ""
        self.stopped = False

    def add(self, piece: bytes) -> str:
        """Take the bytes of the next token and return the text that is now certain.

        When a stop string is complete, `stopped` is set, what stood before it is returned, and nothing more will be.
        """
        return self.add_text(self._decoder.decode(piece))

    def add_text(self, piece: str) -> str:
        """Take text instead of bytes; see `add`."""
        if self.stopped:
            return ""
        whole = self._held + piece
        found = [place for place in (whole.find(stop) for stop in self._stop) if place >= 0]
        if found:
            self.stopped = True
            self._held = ""
            return whole[: min(found)]
        keep = self._beginning_of_stop(whole)
        self._held = whole[len(whole) - keep :]
        return whole[: len(whole) - keep]

    def finish(self) -> str:
        """Return what was held back, now that nothing follows. Half a character at the end is left out."""
        rest, self._held = self._held, ""
        return rest

    def _beginning_of_stop(self, whole: str) -> int:
        """Return how many of the last characters a stop string could begin with."""
        longest = min(max((len(stop) for stop in self._stop), default=1) - 1, len(whole))
        for size in range(longest, 0, -1):
            tail = whole[len(whole) - size :]
            if any(stop.startswith(tail) for stop in self._stop):
                return size
        return 0
