"""The model renders sentences; what it gets wrong twice is not said."""

import pytest

from dragoman.answers.base import Answer
from dragoman.answers.generate import Renderer
from dragoman.languages.phrases import Phrases
from dragoman.nouns.errors import EngineUnavailableError
from dragoman.nouns.message import Citation, Source
from dragoman.testing.scripted_engine import ScriptedEngine

PHRASES = Phrases.load()
CITATIONS = (Citation("delivery.md", "Delivery"),)
COST = "Delivery takes 5 working days and costs €14.90."
COST_DE = "Die Lieferung dauert 5 Werktage und kostet 14,90\N{NO-BREAK SPACE}€."


class Refusing:
    """A check that refuses texts it was told of, and notes what it was shown."""

    def __init__(self, *wrong: str) -> None:
        self.wrong = wrong
        self.seen: list[tuple[str, str, str, str]] = []

    async def refuses(self, text: str, language: str, *, source: str, of: str) -> str | None:
        self.seen.append((text, language, source, of))
        return "other_meaning" if text in self.wrong else None


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


async def rendered(
    engine: ScriptedEngine, *sentences: str, check: Refusing | None = None
) -> list[str | Answer]:
    renderer = Renderer(engine, PHRASES, check or Refusing())
    return [step async for step in renderer.write(sentences, of="en", language="de", citations=CITATIONS)]


async def test_the_model_never_sees_a_figure_and_its_marks_are_filled(engine):
    engine.reply("Die Lieferung dauert [1] und kostet [2].")
    check = Refusing()
    text, answer = await rendered(engine, COST, check=check)
    assert text == COST_DE
    assert answer == Answer(COST_DE, Source.GENERATED, CITATIONS, model="scripted", reason="rendered")
    assert check.seen == [(COST_DE, "de", COST, "en")]
    assert engine.asked[0][0][-1].content == "Delivery takes [1] and costs [2]."
    assert "14" not in "".join(message.content for message in engine.asked[0][0])


@pytest.mark.parametrize(
    "wrong",
    [
        "Die Lieferung dauert [1].",
        "Die Lieferung dauert [1] und kostet [3].",
        "Die Lieferung dauert 5 Tage und kostet 14 Euro.",
        "",
    ],
)
async def test_lost_marks_are_tried_once_more_then_nothing_is_said(wrong, engine):
    engine.reply(wrong)
    engine.reply("Die Lieferung dauert [1] und kostet [2].")
    assert (await rendered(engine, COST))[0] == COST_DE
    first, again = engine.asked
    assert first[1] != again[1]
    assert len(again[0]) < len(first[0])

    engine.reply(wrong)
    engine.reply(wrong)
    engine.reply("Die Lieferung dauert [1] und kostet [2].")
    assert await rendered(engine, COST) == []
    assert len(engine.asked) == 4


async def test_what_the_check_refuses_twice_is_not_said(engine):
    engine.reply("Wir liefern nie.")
    engine.reply("Wir liefern nie.")
    assert await rendered(engine, "We deliver daily.", check=Refusing("Wir liefern nie.")) == []


async def test_the_second_try_may_pass(engine):
    engine.reply("Wir liefern nie.")
    engine.reply("Wir liefern täglich.")
    steps = await rendered(engine, "We deliver daily.", check=Refusing("Wir liefern nie."))
    assert steps[0] == "Wir liefern täglich."


async def test_a_failing_engine_says_nothing(engine):
    engine.reply("", failure=EngineUnavailableError("down"))
    assert await rendered(engine, COST) == []
    assert len(engine.asked) == 1


async def test_an_engine_that_fails_in_the_middle_says_nothing(engine):
    engine.reply("Die Lieferung dauert [1] und kostet [2].", failure=EngineUnavailableError("gone"))
    assert await rendered(engine, COST) == []


async def test_sentences_come_one_by_one(engine):
    engine.reply("Wir liefern täglich.")
    engine.reply("Die Lieferung ist gratis.")
    *texts, answer = await rendered(engine, "We deliver daily.", "Delivery is free.")
    assert texts == ["Wir liefern täglich.", " Die Lieferung ist gratis."]
    assert isinstance(answer, Answer)
    assert answer.text == "".join(str(text) for text in texts)


@pytest.mark.parametrize("failure", [None, EngineUnavailableError("gone")])
async def test_the_first_sentence_stands_when_a_later_one_fails(failure, engine):
    engine.reply("Wir liefern täglich.")
    engine.reply("" if failure else "Falsch.", failure=failure)
    engine.reply("Falsch.")
    steps = await rendered(
        engine, "We deliver daily.", "Delivery is free.", "Returns too.", check=Refusing("Falsch.")
    )
    assert steps == [
        "Wir liefern täglich.",
        Answer("Wir liefern täglich.", Source.GENERATED, CITATIONS, model="scripted", reason="rendered"),
    ]


async def test_what_says_an_example_again_is_refused(engine):
    engine.reply(PHRASES.text("error.message_too_long", "de", limit="[1] und [2]"))
    engine.reply("Die Lieferung dauert [1] und kostet [2].")
    check = Refusing()
    text, _ = await rendered(engine, COST, check=check)
    assert text == COST_DE
    assert [one[0] for one in check.seen] == [COST_DE]


async def test_examples_are_in_the_customers_language(engine):
    engine.reply("Wir liefern täglich.")
    await rendered(engine, "We deliver daily.")
    prompt = engine.asked[0][0]
    assert [message.role for message in prompt] == ["system"] + ["user", "assistant"] * 5 + ["user"]
    assert PHRASES.text("chat.erased", "de") in [message.content for message in prompt]
    assert "German" in prompt[0].content
