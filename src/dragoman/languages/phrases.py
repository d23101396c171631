"""The desk's fixed texts: one TOML file for each language, read and checked whole before the first customer."""

import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from string import Formatter
from types import MappingProxyType
from typing import Self

from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.errors import OperatorError

MEASURE = "en"
"""The language whose file says which keys and placeholders there are."""

Sections = Mapping[str, Mapping[str, str]]


def placeholders(text: str) -> frozenset[str]:
    """Return the names between braces in `text`.

    Raises:
        ValueError: the braces do not match, or a placeholder is more than a plain name.
    """
    names: set[str] = set()
    for _, name, spec, conversion in Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"a placeholder must be a plain name: {text!r}")
        names.add(name)
    return frozenset(names)


class Phrases:
    """The fixed texts, complete and consistent in all languages. Build with `Phrases.load()`.

    Args:
        texts: language code → section → key → text.

    Raises:
        OperatorError: a language, section or key is missing or unknown, or placeholders differ from English.
    """

    def __init__(self, texts: Mapping[str, Sections]) -> None:
        problems = list(_problems(texts))
        if problems:
            raise OperatorError(
                "; ".join(problems[:5]) + ". Mend languages/phrases/ or install Dragoman again."
            )
        self._sections: Mapping[str, Sections] = texts
        self._texts = {
            code: {
                f"{section}.{key}": text for section, keys in sections.items() for key, text in keys.items()
            }
            for code, sections in texts.items()
        }

    @classmethod
    def load(cls) -> Self:
        """Read the files that come with the package.

        Raises:
            OperatorError: a file is missing, is not TOML, or does not pass the checks.
        """
        return cls({code: _read(code) for code in LANGUAGES})

    def text(self, key: str, language: str, /, **values: str | int) -> str:
        """Return the text of `key` (`error.busy`) in `language`, its placeholders filled from `values`.

        Values are put in as they are, braces included, and nothing in them is looked at; escaping for HTML is the
        page's business.

        Raises:
            KeyError: there is no such key or language, or a placeholder has no value.
        """
        return _filled(self._texts[language][key], values)

    def section(self, name: str, language: str) -> Mapping[str, str]:
        """Return all texts of a section (`chat`), placeholders unfilled.

        Raises:
            KeyError: there is no such section or language.
        """
        return self._sections[language][name]


def _filled(text: str, values: Mapping[str, str | int]) -> str:
    parts: list[str] = []
    for literal, name, _, _ in Formatter().parse(text):
        parts.append(literal)
        if name is not None:
            parts.append(str(values[name]))
    return "".join(parts)


def _read(code: str) -> Sections:
    source = resources.files("dragoman.languages") / "phrases" / f"{code}.toml"
    try:
        tables = tomllib.loads(source.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise OperatorError(f"The phrases {code}.toml are missing. Install Dragoman again.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OperatorError(
            f"The phrases {code}.toml cannot be read: {error}. Mend them or install again."
        ) from error
    return MappingProxyType({name: MappingProxyType(dict(keys)) for name, keys in tables.items()})


def _problems(texts: Mapping[str, Sections]) -> Iterable[str]:
    measure = texts.get(MEASURE, {})
    for code in LANGUAGES:
        sections = texts.get(code)
        if sections is None:
            yield f"the language {code} has no phrases"
            continue
        yield from _key_problems(code, sections, measure)


def _key_problems(code: str, sections: Sections, measure: Sections) -> Iterable[str]:
    for name in measure.keys() | sections.keys():
        expected, found = measure.get(name, {}), sections.get(name, {})
        yield from (f"{code}.toml lacks {name}.{key}" for key in sorted(expected.keys() - found.keys()))
        yield from (
            f"{code}.toml has an unknown {name}.{key}" for key in sorted(found.keys() - expected.keys())
        )
        for key in expected.keys() & found.keys():
            yield from _text_problems(f"{code}.toml, {name}.{key}", found[key], expected[key])


def _text_problems(where: str, found: object, expected: str) -> Iterable[str]:
    if not isinstance(found, str) or not found.strip():
        yield f"{where} holds no text"
        return
    try:
        if placeholders(found) != placeholders(expected):
            yield f"{where} has other placeholders than {MEASURE}.toml"
    except ValueError as error:
        yield f"{where}: {error}"
