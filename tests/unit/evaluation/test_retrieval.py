"""The measurement of the search ranks by meaning, by words and by both, on the desk's own search."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dragoman.evaluation.retrieval import Scores, run

LINES = """
{"language": "en", "question": "How long is delivery?", "answer": "Delivery takes three days."}
{"language": "en", "question": "Can I swap it?", "answer": "Exchanges are free of charge."}
{"language": "de", "question": "Umtausch möglich?", "answer": "Ein Umtausch ist kostenlos."}
{"language": "en", "question": "And swapping?", "answer": "Exchanges are free of charge."}
"""


class ByHand:
    """An embedder that knows two meanings, and takes every question for one about exchanges."""

    name = "by-hand"
    dimensions = 2
    max_tokens = 512

    async def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.tile(np.array([0, 1], np.float32), (len(texts), 1))

    async def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[0, 1] if "x" in text.lower() else [1, 0] for text in texts], np.float32)

    async def count_tokens(self, text: str) -> int:
        return len(text)

    async def close(self) -> None:
        pass


@pytest.mark.database
async def test_scores_each_way_of_ranking(empty_database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "faq.jsonl"
    file.write_text(LINES, encoding="utf-8")
    scores = await run(file, empty_database_url, ByHand())
    assert scores["meaning"] == Scores(hit_1=0.5, hit_5=1.0, mrr=scores["meaning"].mrr)
    assert scores["words"].hit_1 == 0.5
    assert set(scores) == {"meaning", "words", "both"}
