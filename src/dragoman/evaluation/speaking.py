"""Asks a running desk one everyday question in each of the 29 languages, and says what came out.

`python -m dragoman.evaluation.speaking [--url http://127.0.0.1:5000] [--rounds 3] [--json]`. It looks at form
only: whether the language decision is right, whether the reply is in that language, finished and free of
repetition. Whether it is true is another question; without knowledge to stand on, it cannot be.
"""

import argparse
import asyncio
import json
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from statistics import median
from typing import Any

import httpx

from dragoman.answers.loops import loop_start
from dragoman.languages.detect import Detector
from dragoman.languages.registry import LANGUAGES
from dragoman.languages.scripts import count_scripts
from dragoman.languages.sentences import split_sentences

AT_ONCE = 4
"""Questions under way at a time: a busy small desk, whose waiting line never fills."""

_PATIENCE_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Spoken:
    """What came back for one question.

    Attributes:
        decided: the language the desk decided on.
        written: the language the reply is in, by the detector; None where the desk gave no reply.
        source: the rung that wrote it.
        own_script: the part of the reply's letters that are of a script of the language, between 0 and 1.
    """

    language: str
    question: str
    decided: str | None
    written: str | None
    source: str | None
    reply: str
    own_script: float
    seconds: float

    @property
    def right_language(self) -> bool:
        """Whether the reply is in the language of the question, by words and by script."""
        return self.written == self.language and self.own_script >= 0.8

    @property
    def finished(self) -> bool:
        """Whether the reply ends as a text does, and not in the middle."""
        return bool(self.reply) and not self.reply.endswith("…")

    @property
    def repeats(self) -> bool:
        """Whether the reply says a sentence twice, or loops."""
        sentences = [
            sentence.strip() for sentence in split_sentences(self.reply) if len(sentence.strip()) > 8
        ]
        return len(sentences) != len(set(sentences)) or loop_start(self.reply) is not None


def questions() -> dict[str, str]:
    """Return the question of each language, by its code."""
    text = resources.files("dragoman.evaluation").joinpath("questions.toml").read_text(encoding="utf-8")
    return {code: entry["question"] for code, entry in tomllib.loads(text).items()}


async def ask(client: httpx.AsyncClient, language: str, question: str) -> Spoken:
    """Ask one question, as a program that knows nothing else would."""
    began = asyncio.get_running_loop().time()
    response = await client.post("/chat", json={"message": question})
    seconds = asyncio.get_running_loop().time() - began
    answer: dict[str, Any] = response.json()
    reply = str(answer.get("reply") or "")
    return Spoken(
        language=language,
        question=question,
        decided=answer.get("language_code"),
        written=Detector(fallback="en").decide(reply).language if reply else None,
        source=answer.get("source"),
        reply=reply,
        own_script=_own_script(reply, language),
        seconds=round(seconds, 2),
    )


def _own_script(text: str, language: str) -> float:
    counts = count_scripts(text)
    return sum(counts.get(script, 0) for script in _written_in(language)) / max(1, sum(counts.values()))


def _written_in(language: str) -> set[str]:
    parts = {"Jpan": {"Hani", "Hira", "Kana"}, "Hans": {"Hani"}, "Hant": {"Hani"}, "Kore": {"Hang", "Hani"}}
    return {part for script in LANGUAGES[language].scripts for part in parts.get(script, {script})}


async def ask_all(url: str, rounds: int) -> list[Spoken]:
    """Ask every question `rounds` times, a few at a time."""
    places = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(base_url=url, timeout=_PATIENCE_SECONDS) as client:

        async def one(language: str, question: str) -> Spoken:
            async with places:
                return await ask(client, language, question)

        asked = [one(language, question) for _ in range(rounds) for language, question in questions().items()]
        return await asyncio.gather(*asked)


def table(spoken: Sequence[Spoken]) -> str:
    """Return a Markdown table by language, in the order of the registry."""
    lines = [
        "| language | decided right | replied in it | finished | without repetition | seconds |",
        "|---|---|---|---|---|---|",
    ]
    for code, language in LANGUAGES.items():
        some = [one for one in spoken if one.language == code]
        lines.append(_row(f"{language.english} ({code})", some))
    return "\n".join([*lines, _row("**all**", spoken)])


def _row(name: str, some: Sequence[Spoken]) -> str:
    shares = (
        sum(one.decided == one.language for one in some),
        sum(one.right_language and one.source == "generated" for one in some),
        sum(one.finished for one in some),
        sum(not one.repeats for one in some),
    )
    cells = [f"{share}/{len(some)}" for share in shares]
    return f"| {name} | {' | '.join(cells)} | {median(one.seconds for one in some):.1f} |"


def main() -> None:
    """Ask, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--url", default="http://127.0.0.1:5000", help="where the desk listens")
    parser.add_argument("--rounds", type=int, default=3, help="how often each question is asked")
    parser.add_argument("--json", action="store_true", help="print every reply as JSON instead of the table")
    options = parser.parse_args()
    spoken = asyncio.run(ask_all(options.url, options.rounds))
    shown = (
        json.dumps([asdict(one) for one in spoken], ensure_ascii=False, indent=1)
        if options.json
        else table(spoken)
    )
    sys.stdout.write(shown + "\n")


if __name__ == "__main__":
    main()
