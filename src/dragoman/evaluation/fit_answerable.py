"""Fits `answers/answerable.toml` on questions about a business that is not the demonstration shop.

`.venv/bin/python -m dragoman.evaluation.fit_answerable --write`
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from dragoman.evaluation.questions import Question, read_questions
from dragoman.settings import KnowledgeSettings
from dragoman.storage.embedded import EmbeddedPostgres
from dragoman.wiring.knowledge import OpenKnowledge, open_knowledge

# Of answerable questions, so many are declined: what is lost there is won among those that have no answer. Both ways
# of being wrong are bad, and the similarities of both kinds overlap (docs/decisions/0013-when-to-decline.md).
WRONGLY_DECLINED = 0.05
_FEATURES = ("meaning", "words", "concepts", "unheard")
_STEPS, _RIDGE = 100, 0.01

Floats = NDArray[np.float64]


def main(arguments: Sequence[str]) -> int:
    """Fit, show what comes out, and write it where it is read from."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write answers/answerable.toml")
    options = parser.parse_args(arguments)
    text = _fit(*_measured())
    sys.stdout.write(text)
    if options.write:
        Path(str(resources.files("dragoman.answers") / "answerable.toml")).write_text(text, encoding="utf-8")
    return 0


def _measured() -> tuple[list[Question], Floats]:
    """Return the calibration questions and, for each, what `Answerable` looks at."""
    calibration = Path(str(resources.files("dragoman.evaluation") / "calibration"))
    questions = read_questions(calibration / "questions.jsonl")
    with tempfile.TemporaryDirectory(prefix="dragoman-fit-") as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedPostgres(Path(folder))
        try:
            return questions, asyncio.run(_search(server.start(), calibration / "knowledge", questions))
        finally:
            server.stop()


async def _search(url: str, folder: Path, questions: Sequence[Question]) -> Floats:
    async with open_knowledge(
        KnowledgeSettings(), database_url=url, fallback="en", connections=4
    ) as knowledge:
        await knowledge.library.add_folder(folder)
        return np.array([await _best(knowledge, one) for one in questions])


async def _best(knowledge: OpenKnowledge, question: Question) -> tuple[float, float, float, float]:
    vector = (await knowledge.embedder.queries([question.question]))[0]
    found = await knowledge.search.find(question.question, vector, language=question.language, limit=1)
    best = found[0]
    return best.meaning, best.words, best.concepts, best.unheard


def _fit(questions: Sequence[Question], measured: Floats) -> str:
    truth = np.array([one.answerable for one in questions])
    languages = np.array([one.language for one in questions])
    usual = {
        code: float(measured[(languages == code) & truth, 0].mean())
        for code in dict.fromkeys(languages.tolist())
    }
    features = measured.copy()
    features[:, 0] -= [usual[code] for code in languages]
    weights, bias = _logistic(features, truth)
    likelihood = 1 / (1 + np.exp(-(features @ weights + bias)))
    least = float(np.quantile(likelihood[truth], WRONGLY_DECLINED))
    declined = float((likelihood[~truth] < least).mean())
    lines = [
        "# Written by `python -m dragoman.evaluation.fit_answerable --write`. On the questions it was fitted on, it declines",
        f"# {declined:.0%} of those without an answer and {WRONGLY_DECLINED:.0%} of those with one.",
        *(
            f"{name} = {value:.4f}"
            for name, value in zip((*_FEATURES, "bias", "least"), (*weights, bias, least), strict=True)
        ),
        "",
        "[usual]",
        *(f"{code} = {value:.4f}" for code, value in usual.items()),
    ]
    return "\n".join(lines) + "\n"


def _logistic(features: Floats, truth: NDArray[np.bool_]) -> tuple[list[float], float]:
    """Return the weights and the bias of a logistic regression, both kinds of question weighing the same."""
    scale: Floats = features.std(0)
    rows: Floats = np.column_stack([features / scale, np.ones(len(features))])
    part = float(truth.mean())
    weigh = cast("Floats", np.where(truth, 0.5 / part, 0.5 / (1 - part)))
    found = np.zeros(rows.shape[1])
    for _ in range(_STEPS):  # Newton's method
        guess = 1 / (1 + np.exp(-rows @ found))
        slope = rows.T @ (weigh * (guess - truth)) / len(rows) + _RIDGE * found
        bend = (rows * (weigh * guess * (1 - guess))[:, None]).T @ rows / len(rows)
        found = found - cast("Floats", np.linalg.solve(bend + _RIDGE * np.eye(len(found)), slope))
    return cast("list[float]", (found[:-1] / scale).tolist()), float(found[-1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
