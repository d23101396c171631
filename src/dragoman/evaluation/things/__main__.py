"""See the package."""

import argparse
import sys
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path

import regex

from dragoman.evaluation.things.inflections import patterns_for
from dragoman.evaluation.things.keywords import Annotations, Thing, words_for
from dragoman.knowledge.concept_words import telling
from dragoman.languages.concepts import concepts_of, table
from dragoman.languages.concepts.patterns import patterns_of
from dragoman.languages.folding import folded
from dragoman.languages.registry import LANGUAGES

_HEADER = """\
# How things are written, by their ids. Written by `python -m dragoman.evaluation.things` from the annotations of emoji
# in Unicode CLDR (licence: LICENSE here); see concepts/patterns.py.
"""


def main(arguments: Sequence[str]) -> int:
    """Write the words of all languages, or show how many there are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("annotations", type=Path, help="the folder `annotations` of cldr-annotations-full")
    parser.add_argument("--write", action="store_true", help="write languages/things/")
    options = parser.parse_args(arguments)
    home = Path(str(resources.files("dragoman.languages.things")))
    english = Annotations.read(options.annotations, "en")
    things = _chosen(home / "chosen.toml", english)
    left_out = tomllib.loads((home / "not_here.toml").read_text(encoding="utf-8"))
    by_hand = tomllib.loads((home / "by_hand.toml").read_text(encoding="utf-8"))
    for language in LANGUAGES:
        words = _words(language, things, options.annotations, english)
        without = frozenset(left_out.get(language, "").split(", "))
        patterns = {thing: _patterns(some, without, language) for thing, some in words.items()}
        for thing, line in [*by_hand["all"].items(), *by_hand.get(language, {}).items()]:
            more = [one for word in line.split(", ") for one in patterns_for(word, language)]
            patterns[thing] = list(dict.fromkeys([*patterns.get(thing, ()), *more]))
        patterns = {thing: some for thing, some in patterns.items() if some}
        if options.write:
            (home / "words" / f"{language}.toml").write_text(_written(patterns), encoding="utf-8")
        sys.stdout.write(f"{language}: {len(patterns)} things, {sum(map(len, patterns.values()))} patterns\n")
    return 0


def _chosen(file: Path, english: Annotations) -> dict[str, Thing]:
    things: dict[str, Thing] = {}
    for thing, line in tomllib.loads(file.read_text(encoding="utf-8")).items():
        emoji, _, words = line.partition(" ")
        shown = frozenset(one for one in english.names if one in emoji)
        things[thing] = Thing(shown, tuple(words.split(",")))
    return things


def _words(
    language: str, things: Mapping[str, Thing], annotations: Path, english: Annotations
) -> dict[str, Sequence[str]]:
    if language == "en":
        return {thing: shown.words for thing, shown in things.items()}
    there = Annotations.read(annotations, language)
    return {thing: words_for(shown, there, english) for thing, shown in things.items()}


def _patterns(words: Sequence[str], without: frozenset[str], language: str) -> list[str]:
    found = [pattern for word in words if word not in without for pattern in patterns_for(word, language)]
    return [pattern for pattern in dict.fromkeys(found) if _is_free(pattern, language)]


def _is_free(pattern: str, language: str) -> bool:
    """Tell whether what a pattern finds is not a word for something else, as far as the tables of concepts know.

    That an apple is a fruit they may know, or that a beer is a drink: things as well, but wider ones. And nothing that
    they write for anything else may have the word in it: a tomato (tomaat) is in every Dutch automaat.
    """
    word = pattern.strip("*|").replace("_", " ")
    return concepts_of(word, language) <= _wider() and not any(
        one.inside(_said_of_others(language)) for one in patterns_of(pattern, language)
    )


def _wider() -> frozenset[str]:
    # Furniture tells nothing, since its words are those of seats as well; a bed or a sofa does.
    return telling() | {"furniture"}


@cache
def _said_of_others(language: str) -> str:
    """Return all words of the concepts that say nothing about what a question is about, folded."""
    written = [some for concept, some in table(language).items() if concept not in _wider()]
    return folded(regex.sub(r"[*~|!$ ]+", " . ", " ".join(written)).replace("_", " "), language)


def _written(patterns: Mapping[str, Sequence[str]]) -> str:
    return _HEADER + "\n" + "".join(f'{thing} = "{" ".join(some)}"\n' for thing, some in patterns.items())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
