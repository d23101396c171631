"""What was embedded as a passage is not embedded again, as long as there is room for it."""

import numpy as np
import pytest

from dragoman.embeddings.remembering import RememberingEmbedder
from dragoman.testing.letter_embedder import LetterEmbedder


@pytest.fixture
def letters() -> LetterEmbedder:
    return LetterEmbedder()


async def test_a_text_that_comes_again_is_not_embedded_again(letters: LetterEmbedder) -> None:
    remembering = RememberingEmbedder(letters)
    first = await remembering.passages(["Tea is hot.", "Milk is cold."])
    again = await remembering.passages(["Milk is cold.", "Tea is hot.", "Milk is cold."])
    assert letters.asked == 2
    assert np.array_equal(again, first[[1, 0, 1]])
    assert np.array_equal(first, await letters.passages(["Tea is hot.", "Milk is cold."]))


async def test_what_was_not_used_for_longest_makes_room(letters: LetterEmbedder) -> None:
    remembering = RememberingEmbedder(letters, most=2)
    await remembering.passages(["one"])
    await remembering.passages(["two"])
    await remembering.passages(["one"])
    await remembering.passages(["three"])
    assert letters.asked == 3
    await remembering.passages(["one", "three"])
    assert letters.asked == 3, "both are still there"
    await remembering.passages(["two"])
    assert letters.asked == 4


async def test_questions_are_not_kept(letters: LetterEmbedder) -> None:
    remembering = RememberingEmbedder(letters)
    await remembering.queries(["Where is my tea?"])
    await remembering.queries(["Where is my tea?"])
    assert letters.asked == 2
    assert not remembering._known


async def test_no_texts_have_no_vectors(letters: LetterEmbedder) -> None:
    assert (await RememberingEmbedder(letters).passages([])).shape == (0, 64)
