"""What of a message is evidence of its language, and in which writing system the message as such is."""

from typing import NamedTuple

import regex

from dragoman.languages.cleaning import clean
from dragoman.languages.scripts import script_of

# Links, addresses, handles and codes are the same in every language. Each alternative begins where a run of its
# characters begins, so that no text makes the search slow.
_NO_EVIDENCE = regex.compile(
    r"""
      (?:https?://|\bwww\.)\S+                                        # links
    | (?<!\S)[^\s@]++@[^\s@]++                                        # e-mail addresses
    | (?<![\w.-])(?:[a-z0-9-]++\.)+(?:com|net|org|io|de|cn|shop)\b\S*  # bare domains
    | (?<!\w)[@\#][\w.-]+                                            # handles, tags, ticket numbers
    | (?<![\w./-])(?=[\w./-]*\d)[a-z0-9]++(?:[._/-][a-z0-9]++)*(?!\w)  # codes and figures: S24, RX-7900, 12.50
    """,
    regex.VERBOSE | regex.IGNORECASE,
)

# How much of a message is looked at, and how much of what is left tells its language; more tells nothing new.
_READ_CHARS = 2000
_ENOUGH_CHARS = 300

# Scripts written without spaces, with about how many letters make a word.
_LETTERS_A_WORD = {"Hani": 2, "Hira": 2, "Kana": 3, "Thai": 4, "Laoo": 4, "Khmr": 4, "Mymr": 4}
# A word in Latin letters inside another script is mostly a name; the other way round is rare. A capital makes
# it surer still. Tried on mixed sentences in tests/unit/languages/.
_OTHER_WORD, _LATIN_WORD, _LATIN_NAME = 1.5, 1.0, 0.3
_RUN = regex.compile(r"[\p{L}\p{M}]+")


class Evidence(NamedTuple):
    """The part of a message that tells its language.

    Attributes:
        script: ISO 15924 code of the main script, `Jpan` where there are kana, or None without letters of ours.
        text: the letters of that script and what stands between them, links, codes and figures taken out.
    """

    script: str | None
    text: str


def evidence_of(text: str) -> Evidence:
    """Return the main script of `text` and what of its beginning is written in it. Never raises."""
    telling = clean(_NO_EVIDENCE.sub(" ", text[:_READ_CHARS])[:_ENOUGH_CHARS])
    weights = _weights(telling)
    script = max(weights, key=lambda code: weights[code], default=None)
    if script is None:
        return Evidence(None, "")
    kept = _in_script(telling, {"Hani", "Hira", "Kana"} if script == "Jpan" else {script})
    return Evidence(script, kept)


def _weights(text: str) -> dict[str, float]:
    """Weigh the scripts by words, Japanese as one script where kana and kanji stand together."""
    weights: dict[str, float] = {}
    for found in _RUN.finditer(text):
        for script, weight in _run_weights(found[0]).items():
            weights[script] = weights.get(script, 0.0) + weight
    kana = weights.pop("Hira", 0.0) + weights.pop("Kana", 0.0)
    if kana > 0.1 * weights.get("Hani", 0.0):
        weights["Jpan"] = kana + weights.pop("Hani", 0.0)
    return weights


def _run_weights(run: str) -> dict[str, float]:
    letters: dict[str, int] = {}
    for character in run:
        script = script_of(character)
        if script is not None and script != "Zyyy":
            letters[script] = letters.get(script, 0) + 1
    return {script: _weight(script, count, run) for script, count in letters.items()}


def _weight(script: str, count: int, run: str) -> float:
    if script == "Latn":
        return _LATIN_NAME if run[0].isupper() or not run.islower() else _LATIN_WORD
    return _OTHER_WORD * max(1.0, count / _LETTERS_A_WORD.get(script, count))


def _in_script(text: str, scripts: set[str]) -> str:
    """Blank out what is written in other scripts, so that a name among the words does not speak."""
    return "".join(one if (script_of(one) or next(iter(scripts))) in scripts else " " for one in text).strip()
