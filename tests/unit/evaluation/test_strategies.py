from collections.abc import Sequence

import pytest

from dragoman.evaluation.searching import place_of
from dragoman.evaluation.strategies import Plain, Translate
from dragoman.languages.detect import Detector
from dragoman.languages.phrases import Phrases
from dragoman.nouns.errors import EngineUnavailableError
from dragoman.nouns.knowledge import DocumentId, Found, Passage
from dragoman.testing.scripted_engine import ScriptedEngine

QUESTION = "Wie lange dauert die Lieferung nach Österreich?"
PASSAGE = Passage(1, DocumentId("d"), "Help", ("Delivery",), "en", "It takes 4 days.", 0, None, 1)


async def find(text: str, language: str) -> Sequence[Found]:
    assert text
    assert language
    return [Found(PASSAGE, 1.0, 0.9, 0.5)]


def way(kind: type[Plain] | type[Translate], engine: ScriptedEngine) -> Plain | Translate:
    return kind(engine, find, Detector(fallback="en"), Phrases.load())


async def test_the_plain_way_is_one_prompt_with_the_best_passage() -> None:
    engine = ScriptedEngine(usual="Es dauert 4 Tage.")
    heard = await way(Plain, engine).ask(QUESTION, "de")
    assert (heard.reply, heard.source, heard.language, heard.model) == (
        "Es dauert 4 Tage.", "generated", "de", "scripted",
    )  # fmt: skip
    assert [one["title"] for one in heard.citations] == ["Help"]
    ((messages, sampling),) = engine.asked
    assert sampling.temperature == 0
    assert "It takes 4 days." in messages[-1].content
    assert messages[-1].content.endswith("(Answer in German only.)")


async def test_the_old_way_goes_through_english_and_back() -> None:
    engine = ScriptedEngine()
    for text in ("How long does delivery take?", "It takes 4 days.", "Es dauert 4 Tage."):
        engine.reply(text)
    heard = await way(Translate, engine).ask(QUESTION, "de")
    assert heard.reply == "Es dauert 4 Tage."
    into, answer, back = (messages[-1].content for messages, _ in engine.asked)
    assert into.startswith("Translate into English")
    assert "How long does delivery take?" in answer
    assert back == "Translate into German:\n\nIt takes 4 days."


@pytest.mark.parametrize(("kind", "asked"), [(Plain, 1), (Translate, 2)])
async def test_what_the_model_does_not_know_is_declined(
    kind: type[Plain] | type[Translate], asked: int
) -> None:
    engine = ScriptedEngine(usual="UNKNOWN")
    if kind is Translate:
        engine.reply("How long?")
    heard = await way(kind, engine).ask(QUESTION, "de")
    assert (heard.source, heard.citations) == ("declined", [])
    assert heard.reply == Phrases.load().text("error.unwritten", "de")
    assert len(engine.asked) == asked


async def test_a_failing_engine_is_a_failure_of_the_question() -> None:
    engine = ScriptedEngine()
    engine.reply("", failure=EngineUnavailableError())
    assert (await way(Plain, engine).ask(QUESTION, "de")).error == "engine_unavailable"


async def test_a_passage_is_known_by_its_heading() -> None:
    found = await find("x", "de")
    assert place_of("Delivery", found) == 1
    assert place_of("Returns", found) is None
