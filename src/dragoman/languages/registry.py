"""The 29 languages of the desk, by name and by the tags under which the world sends them."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from dragoman.nouns.language import Language

# Numbering systems: CLDR `numberingSystems.xml` and each locale's default, native and traditional systems. Where a
# native system is listed second, writers use Western digits at least as often in messages.
_ALL = (
    Language("zh", "Chinese", "中文", "中文", ("Hans", "Hant"), numerals=("latn", "hanidec", "fullwide")),
    Language("en", "English", "English", "英语", ("Latn",)),
    Language("de", "German", "Deutsch", "德语", ("Latn",)),
    Language("fr", "French", "français", "法语", ("Latn",)),
    Language("es", "Spanish", "español", "西班牙语", ("Latn",)),
    Language("pt", "Portuguese", "português", "葡萄牙语", ("Latn",)),
    Language("it", "Italian", "italiano", "意大利语", ("Latn",)),
    Language("nl", "Dutch", "Nederlands", "荷兰语", ("Latn",)),
    Language("ru", "Russian", "русский", "俄语", ("Cyrl",)),
    Language("cs", "Czech", "čeština", "捷克语", ("Latn",)),
    Language("pl", "Polish", "polski", "波兰语", ("Latn",)),
    Language("ar", "Arabic", "العربية", "阿拉伯语", ("Arab",), "rtl", ("latn", "arab")),
    Language("fa", "Persian", "فارسی", "波斯语", ("Arab",), "rtl", ("arabext", "latn")),
    Language("he", "Hebrew", "עברית", "希伯来语", ("Hebr",), "rtl"),
    Language("tr", "Turkish", "Türkçe", "土耳其语", ("Latn",)),
    Language("ja", "Japanese", "日本語", "日语", ("Jpan",), numerals=("latn", "hanidec", "fullwide")),
    Language("ko", "Korean", "한국어", "韩语", ("Kore",)),
    Language("vi", "Vietnamese", "Tiếng Việt", "越南语", ("Latn",)),
    Language("th", "Thai", "ไทย", "泰语", ("Thai",), numerals=("latn", "thai")),
    Language("id", "Indonesian", "Bahasa Indonesia", "印度尼西亚语", ("Latn",)),
    Language("ms", "Malay", "Bahasa Melayu", "马来语", ("Latn",)),
    Language("lo", "Lao", "ລາວ", "老挝语", ("Laoo",), numerals=("latn", "laoo")),
    Language("my", "Burmese", "မြန်မာ", "缅甸语", ("Mymr",), numerals=("mymr", "latn")),
    Language("ceb", "Cebuano", "Cebuano", "宿务语", ("Latn",)),
    Language("km", "Khmer", "ខ្មែរ", "高棉语", ("Khmr",), numerals=("latn", "khmr")),
    Language("tl", "Filipino", "Filipino", "菲律宾语", ("Latn",)),
    Language("hi", "Hindi", "हिन्दी", "印地语", ("Deva",), numerals=("latn", "deva")),
    Language("bn", "Bengali", "বাংলা", "孟加拉语", ("Beng",), numerals=("beng", "latn")),
    Language("ur", "Urdu", "اردو", "乌尔都语", ("Arab",), "rtl", ("latn", "arabext")),
)

LANGUAGES: Mapping[str, Language] = MappingProxyType({one.code: one for one in _ALL})
"""The 29 languages by code, in the order in which they are shown."""

# Other primary subtags for the same languages: withdrawn ISO 639-1 codes, ISO 639-2 (terminological and
# bibliographic) and ISO 639-3 codes, and members of the macrolanguages Chinese, Malay and Persian whose writers
# read the language named here.
_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "fil": "tl", "tgl": "tl", "in": "id", "ind": "id", "iw": "he", "heb": "he", "zho": "zh", "chi": "zh",
        "cmn": "zh", "yue": "zh", "wuu": "zh", "hak": "zh", "nan": "zh", "gan": "zh", "hsn": "zh", "eng": "en",
        "deu": "de", "ger": "de", "gsw": "de", "bar": "de", "fra": "fr", "fre": "fr", "spa": "es", "por": "pt",
        "ita": "it", "nld": "nl", "dut": "nl", "vls": "nl", "rus": "ru", "ces": "cs", "cze": "cs", "pol": "pl",
        "ara": "ar", "arb": "ar", "arz": "ar", "apc": "ar", "acm": "ar", "ary": "ar", "afb": "ar", "fas": "fa",
        "per": "fa", "pes": "fa", "prs": "fa", "tur": "tr", "jpn": "ja", "jp": "ja", "kor": "ko", "vie": "vi",
        "tha": "th", "msa": "ms", "may": "ms", "zsm": "ms", "zlm": "ms", "lao": "lo", "mya": "my", "bur": "my",
        "khm": "km", "hin": "hi", "ben": "bn", "urd": "ur",
    }
)  # fmt: skip

# A header longer than this says nothing that its beginning does not: browsers send a handful of languages.
_HEADER_CHARS = 1000
_HEADER_PARTS = 50


def language(code: str) -> Language:
    """Return the language with this code.

    Raises:
        KeyError: it is none of the 29.
    """
    return LANGUAGES[code]


def match_tag(bcp47: str) -> str | None:
    """Return the code of ours that a BCP 47 tag names (`pt-BR`, `zh_Hant_TW`, `fil`, `iw`), or None."""
    primary = bcp47.strip()[:64].replace("_", "-").split("-", 1)[0].lower()
    return primary if primary in LANGUAGES else _ALIASES.get(primary)


def parse_accept_language(header: str) -> tuple[str, ...]:
    """Return the languages of an `Accept-Language` header (RFC 9110, 12.5.4) that are ours, best first.

    What cannot be read is passed over; `*` and languages with a weight of 0 are left out.
    """
    best: dict[str, float] = {}
    for tag, weight in _weighted_tags(header):
        code = match_tag(tag)
        if code is not None and weight > 0:
            best[code] = max(weight, best.get(code, 0.0))
    return tuple(sorted(best, key=lambda code: -best[code]))


def _weighted_tags(header: str) -> Iterator[tuple[str, float]]:
    for part in header[:_HEADER_CHARS].split(",")[:_HEADER_PARTS]:
        tag, *parameters = part.split(";")
        yield tag, _weight(parameters)


def _weight(parameters: list[str]) -> float:
    """Read `q=0.8`; a weight that is no number between 0 and 1 counts as 0, a missing one as 1."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                weight = float(value)
            except ValueError:
                return 0.0
            return weight if 0 <= weight <= 1 else 0.0
    return 1.0


def name_in(code: str, locale: str) -> str:
    """Return the language's name for an operator: in Chinese where `locale` is `zh`, in English otherwise."""
    one = language(code)
    return one.chinese if locale == "zh" else one.english
