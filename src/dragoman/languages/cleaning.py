"""What comes in from customers, made safe and stable: the same text whatever keyboard, program or trick it came from."""

import unicodedata

import regex

# ZERO WIDTH NON-JOINER and JOINER change how these scripts are read (Persian and Urdu words, Indic and Khmer and
# Burmese clusters): Unicode Standard, 23.2 and the chapters of the scripts.
_JOINING = r"[\p{scx=Arab}\p{scx=Deva}\p{scx=Beng}\p{scx=Khmr}\p{scx=Mymr}&&[\p{L}\p{M}]]"
_EMOJI = r"\p{Extended_Pictographic}"
_EMOJI_END = rf"(?:{_EMOJI}|{_EMOJI}\uFE0F|\p{{Emoji_Modifier}})"

_LINE_BREAK = regex.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
# U+2800 is the empty Braille cell: blank, though no space.
_SPACE = regex.compile(r"[\t\p{Zs}\u2800]")
# The three flags that are written with tag characters (emoji-sequences.txt); any other use of tags hides text.
_FLAG = "\U0001f3f4(?:\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)\U000e007f)"
# Controls, format and bidi controls, surrogates, fillers that show as nothing, tags, and code points that are no
# characters. Joiners, variation selectors 15 and 16 and line breaks are looked at afterwards.
_INVISIBLE = regex.compile(
    rf"({_FLAG})|[\p{{Cc}}\p{{Cf}}\p{{Cs}}\p{{Noncharacter_Code_Point}}\p{{Variation_Selector}}"
    r"\u034F\u115F\u1160\u17B4\u17B5\u3164\uFFA0\uFFFC--[\n\u200C\u200D\uFE0E\uFE0F]]",
    regex.V1,
)
# A selector belongs to an emoji or to a keycap; anywhere else it is one more way to hide.
_SELECTOR = regex.compile(rf"({_EMOJI}[\uFE0E\uFE0F]|[0-9#*]\uFE0F\u20E3)|[\uFE0E\uFE0F]")
_JOINERS = regex.compile(r"[\u200C\u200D]+")
_JOINED_BEFORE = regex.compile(rf"(?V1){_JOINING}\Z")
_JOINED_AFTER = regex.compile(rf"(?V1){_JOINING}")
_EMOJI_BEFORE = regex.compile(rf"{_EMOJI_END}\Z")
_EMOJI_AFTER = regex.compile(_EMOJI)
_RUN_OF_SPACES = regex.compile(" {2,}")
_SPACES_AT_BREAK = regex.compile(" *\n *")
_EMPTY_LINES = regex.compile("\n{3,}")


def clean(text: str) -> str:
    """Return `text` as it is stored, shown and given to the model.

    In Unicode's form NFC; without control, bidi-control, zero-width and other invisible characters and lone
    surrogates, but with the joiners that a script or an emoji needs; spaces of all kinds as single spaces; line
    breaks of all kinds as line feeds, at most two in a row; nothing blank at either end. Cleaning twice changes
    nothing more. Never raises.
    """
    text = _LINE_BREAK.sub("\n", text)
    text = _SPACE.sub(" ", text)
    text = _INVISIBLE.sub(lambda found: found[1] or "", text)
    text = _SELECTOR.sub(lambda found: found[1] or "", text)
    text = _with_needed_joiners(unicodedata.normalize("NFC", text))
    text = _SPACES_AT_BREAK.sub("\n", _RUN_OF_SPACES.sub(" ", text))
    return _EMPTY_LINES.sub("\n\n", text).strip(" \n")


def _with_needed_joiners(text: str) -> str:
    """Drop the joiners that join nothing. Marks may change places where one has gone, so look until all is still.

    Words are still after one look; what is not after four was made to keep us busy, and loses all its joiners.
    """
    for _ in range(4):
        fewer = unicodedata.normalize("NFC", _JOINERS.sub(_needed_joiner, text))
        if fewer == text:
            return text
        text = fewer
    return unicodedata.normalize("NFC", _JOINERS.sub("", text))


def _needed_joiner(found: "regex.Match[str]") -> str:
    """Keep one joiner where it stands inside a word of a script that needs it, or between two emoji."""
    before, after = found.string[max(0, found.start() - 2) : found.start()], found.string[found.end() :][:1]
    if _JOINED_BEFORE.search(before) and _JOINED_AFTER.match(after):
        return found[0][0]
    between_emoji = _EMOJI_BEFORE.search(before) and _EMOJI_AFTER.match(after)
    return "\u200d" if between_emoji and "\u200d" in found[0] else ""
