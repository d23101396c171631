"""Where sentences end, in all 29 languages: the one place that says so, for passages, quotes and checks alike."""

from collections.abc import Iterator

import regex

from dragoman.languages.abbreviations import BEFORE_NUMBERS, NEVER_LAST, SOMETIMES_LAST

_CLOSERS = r"[\"'”’»)\]›“‘」』】》）\]｝〕〉]*"
# Full stops of scripts that write no space after them, or that nothing else is written with: Chinese and Japanese,
# Devanagari and Bengali danda, Burmese section, Khmer khan and its kin, Urdu full stop, Arabic question mark. An
# ideographic full stop between digits ("３．５") is a decimal point.
_ALWAYS = r"(?:[。！？｡।॥။៕៘។؟۔]|(?<!\p{Nd})．|．(?!\p{Nd}))+(?P<closed>[\"'”’»)\]›」』】》）\]｝〕〉]*)"
# These end a sentence only before white space: "3.5", "shop.example" and "Yahoo!s" go on.
_BEFORE_SPACE = rf"(?P<sign>[.!?…]+){_CLOSERS}(?=(?P<space>\s+)(?P<next>\S[\"'“”„«»‘’(\[¿¡]*\S?))"
_LINES = r"\n\s*"
# Thai and Lao have no full stop; clauses and sentences are set apart by a space between letters.
_THAI_SPACE = r"(?<=[\u0e00-\u0e2e\u0e30-\u0e45\u0e47-\u0e4e\u0e80-\u0ec4\u0ec8-\u0ecd]) +(?=(?P<word>[\u0e00-\u0e4e\u0e80-\u0ecd]+))"
_CANDIDATE = regex.compile(
    f"(?P<lines>{_LINES})|(?P<thai>{_THAI_SPACE})|(?P<always>{_ALWAYS})|(?P<stop>{_BEFORE_SPACE})"
)

_THAI_LETTER = regex.compile(r"[\u0e00-\u0eff]")
_THAI_SENTENCE = 24
"""A space ends a Thai or Lao sentence once it has so many characters: about six words."""
# Politeness particles close a sentence, however short.
_THAI_LAST = regex.compile(r"(?:ครับ|ค่ะ|คะ|นะ|ເດີ້|ເຈົ້າ|ครับผม)\Z")
# What begins with these words goes on with the sentence: and, or, but, that, in, from, to, for, because, with, of, by.
_THAI_JOINERS = (
    "และ", "หรือ", "แต่", "ที่", "ซึ่ง", "โดย", "เพื่อ", "จาก", "ถึง", "ใน", "ภายใน", "ของ", "กับ", "ว่า", "เพราะ", "เนื่องจาก", "ตั้งแต่",
    "ແລະ", "ຫຼື", "ຫລື", "ແຕ່ວ່າ", "ທີ່", "ເຊິ່ງ", "ໂດຍ", "ເພື່ອ", "ຈາກ", "ເຖິງ", "ໃນ", "ພາຍໃນ", "ຂອງ", "ກັບ", "ວ່າ", "ເພາະ",
)  # fmt: skip

_WORD_BEFORE = regex.compile(r"[\p{L}\p{M}\p{Nd}.'’״-]*\Z")
_NUMBER_BEFORE = regex.compile(r"\p{Nd}[\p{Nd}.,]*[ \u00a0]?\Z")
_LINE_SO_FAR = regex.compile(r"[^\n]*\Z")
_LIST_MARK = regex.compile(r"\s*[*•\-–(]*\s*(?:\p{Nd}{1,3}|\p{L}|[ivxIVX]{1,4})\Z")
_ORDINAL_OF = regex.compile(
    r"(?:^|[\s(])(?:der|die|das|dem|den|des|am|vom|zum|zur|im|bis|ab|jeder|jeden|seit|und|oder)\s+\p{Nd}{1,2}\Z",
    regex.IGNORECASE,
)
_MONTH = regex.compile(
    r"(?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez|Ocak|Şub|Mart|Nis|May|Haz|Tem|Ağu|Eyl|Eki|Kas|Ara|led|úno|bře|dub|kvě)",
    regex.IGNORECASE,
)  # fmt: skip
# No abbreviation, ordinal or clause that matters is longer: what is looked at around a full stop stays small.
_FOLLOWING = 12
_BEFORE = 160


def sentences(text: str) -> list[str]:
    """Return the sentences of `text`, in order, without the white space around them; none is empty.

    Full stops in figures, addresses, abbreviations ("e.g.", "z. B.", "Dr."), initials, ordinals and list numbers end
    nothing. A line break ends a sentence. Thai and Lao, which have no full stop, are cut at spaces between clauses.
    About 3 MB a second; never raises.
    """
    return [stripped for part in split_sentences(text) if (stripped := part.strip())]


def split_sentences(text: str) -> list[str]:
    """Cut `text` after each sentence; joined, the parts are the text again.

    White space stands at the beginning of a part, line breaks at its end. A sentence counts as ended only when the
    text goes on after it, so that the last part of a text that is still being written can be held back.
    """
    ends = [*_ends(text), len(text)]
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False) if end > start]


def _ends(text: str) -> Iterator[int]:
    start = 0
    for found in _CANDIDATE.finditer(text):
        if _is_end(text, start, found):
            start = found.end()
            yield start


def _is_end(text: str, start: int, found: "regex.Match[str]") -> bool:
    if found["lines"] is not None:
        return True
    before = text[max(start, found.start() - _BEFORE) : found.start()]
    if found["thai"] is not None:
        return _thai_ends(before, found["word"])
    if found["always"] is not None:
        return not _goes_on_after_quote(found["closed"], text[found.end() : found.end() + 1])
    return _stop_ends(before, text, found)


def _thai_ends(sentence: str, word: str) -> bool:
    if _THAI_LAST.search(sentence):
        return True
    return not word.startswith(_THAI_JOINERS) and len(_THAI_LETTER.findall(sentence)) >= _THAI_SENTENCE


def _goes_on_after_quote(closed: str, following: str) -> bool:
    """Tell whether 「…。」 is a part of a Japanese sentence: a particle in hiragana follows."""
    return closed[-1:] in ("」", "』") and "\u3041" <= following <= "\u309f"


def _stop_ends(before: str, text: str, found: "regex.Match[str]") -> bool:
    if "\n" in found["space"]:
        return True
    following = text[found.end("space") : found.end("space") + _FOLLOWING].lstrip("\"'“”„«»‘’([¿¡")
    if following[:1].islower():
        return False
    return found["sign"] != "." or not _is_abbreviation(before, following)


def _is_abbreviation(before: str, following: str) -> bool:
    """Tell whether the full stop after `before` belongs to its last word; what follows is no small letter."""
    found = _WORD_BEFORE.search(before)
    word = found[0].casefold().lstrip(".'’-") if found else ""
    rest = before[: len(before) - len(word)]
    if word.isdecimal():
        return _is_number_with_stop(before, following)
    number_follows = following[:1].isdecimal()
    if _LIST_MARK.fullmatch(_line_so_far(before)) or (word in BEFORE_NUMBERS and number_follows):
        return True
    if word in SOMETIMES_LAST or _NUMBER_BEFORE.search(rest):
        return number_follows and word in SOMETIMES_LAST
    return word in NEVER_LAST or len(word) == 1 or _is_dotted(word)


def _is_number_with_stop(before: str, following: str) -> bool:
    """Tell list numbers ("1. Open the box") and ordinals ("am 3. Mai") from figures at the end of a sentence."""
    if _LIST_MARK.fullmatch(_line_so_far(before)):
        return True
    return bool(_ORDINAL_OF.search(before) or _MONTH.match(following))


def _line_so_far(before: str) -> str:
    found = _LINE_SO_FAR.search(before)
    return found[0] if found else before


def _is_dotted(word: str) -> bool:
    """Tell whether the word is single letters with full stops between them, as "U.S.A" or "พ.ศ"."""
    parts = word.split(".")
    return len(parts) > 1 and all(len(part.strip("\u0300\u0301")) <= 2 and part.isalpha() for part in parts)
