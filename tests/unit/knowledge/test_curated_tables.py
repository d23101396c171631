"""Tables of approved answers: out, in again, and what is wrong with them told by row."""

import io
from dataclasses import replace

import openpyxl
import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.knowledge.curated_rows import RowsInvalidError, is_curated, read_rows
from dragoman.knowledge.tables import FORMATS, Format, read_table, write_table
from dragoman.knowledge.translate import Translator, missing
from dragoman.nouns.curated import CuratedStatus, CuratedText, EntryId
from dragoman.nouns.errors import OperatorError
from dragoman.testing.scripted_engine import ScriptedEngine

ENGLISH = CuratedText(
    EntryId("delivery-cost"),
    "Delivery",
    "en",
    "How much is delivery?",
    ("What does shipping cost?", "Is shipping free?"),
    "Delivery is €4.90,\nand free from €59.",
    CuratedStatus.APPROVED,
    "Ada",
)
GERMAN = replace(
    ENGLISH, language="de", question="Was kostet der Versand?", wordings=("Versandkosten?",),
    answer="4,90 €.", status=CuratedStatus.DRAFT, reviewer=None,
)  # fmt: skip
FORMULAS = replace(ENGLISH, question="=1+1", wordings=("@x",), answer="-2 or +3", topic="=HYPERLINK(1)")


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize("texts", [[ENGLISH, GERMAN], [FORMULAS], []])
def test_what_goes_out_comes_in_again(format: Format, texts: list[CuratedText]) -> None:
    assert read_table(write_table(texts, format), format) == texts


def test_po_holds_one_language_and_comes_in_again() -> None:
    data = write_table([ENGLISH, GERMAN], "po", language="de")
    catalogue = polib.pofile(data.decode())
    question = catalogue.find("How much is delivery?", msgctxt="delivery-cost:question")
    assert question is not None
    assert question.msgstr == GERMAN.question
    assert "fuzzy" in question.flags
    assert read_table(data, "po") == [GERMAN]


def test_po_of_what_is_not_translated_is_empty() -> None:
    data = write_table([ENGLISH], "po", language="fr")
    assert all(not message.msgstr for message in polib.pofile(data.decode()))
    assert read_table(data, "po") == []


@pytest.mark.parametrize("language", [None, "en"])
def test_po_needs_another_language(language: str | None) -> None:
    with pytest.raises(OperatorError, match="--language"):
        write_table([ENGLISH], "po", language=language)


def test_no_cell_is_a_formula() -> None:
    for line in write_table([FORMULAS], "csv").decode("utf-8-sig").splitlines()[1:]:
        for cell in line.split(","):
            assert not cell.startswith(("=", "+", "-", "@"))
    sheet = openpyxl.load_workbook(io.BytesIO(write_table([FORMULAS], "xlsx"))).active
    assert sheet is not None
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def test_wide_tables_have_languages_side_by_side() -> None:
    rows = [
        {
            "ID": "a",
            "Question_en": "When?",
            "answer_en": "Now.",
            "question_pt-BR": "Quando?",
            "answer_pt-BR": "Já.",
        }
    ]
    assert [(text.language, text.answer) for text in read_rows(rows)] == [("en", "Now."), ("pt", "Já.")]


def test_semicolons_part_cells_too() -> None:
    data = b"id;language;question;answer\na;de;Wann?;Jetzt, gleich.\n"
    assert [text.answer for text in read_table(data, "csv")] == ["Jetzt, gleich."]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"id": "a", "language": "xx", "question": "q", "answer": "a"}, "row 2: xx is none of the languages"),
        ({"id": "", "language": "en", "question": "q", "answer": "a"}, "row 2: no id"),
        ({"id": "a", "language": "en", "question": "q", "answer": ""}, r"row 2: no answer \(en\)"),
        ({"id": "a", "language": "en", "question": "q" * 600, "answer": "a"}, "row 2: the question has 600"),
        (
            {"id": "a", "language": "en", "question": "q", "answer": "a", "status": "ok"},
            "row 2: the status ok",
        ),
        ({"id": "a", "langage": "en", "question": "q", "answer": "a"}, "row 2: unknown column langage"),
        ({"id": "a", "topic": "t"}, "row 2: no column for questions"),
    ],
)
def test_what_is_wrong_is_told_by_row(row: dict[str, str], message: str) -> None:
    with pytest.raises(RowsInvalidError, match=message):
        read_rows([row])


def test_all_errors_are_known_and_the_first_few_shown() -> None:
    good = {"id": "a", "language": "en", "question": "q", "answer": "a"}
    with pytest.raises(RowsInvalidError) as raised:
        read_rows([good, {}, good, *[{**good, "id": ""}] * 9])
    assert "row 4: a stands in row 2" in str(raised.value)
    assert "and 5 more" in str(raised.value)
    assert [error.row for error in raised.value.errors] == list(range(4, 14))


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"PK\x03\x04broken", b"", b'a,b\n"x'])
@pytest.mark.parametrize("format", FORMATS)
def test_broken_files_are_refused_in_a_line(data: bytes, format: Format) -> None:
    with pytest.raises(OperatorError) as raised:
        read_table(data, format)
    assert "\n" not in str(raised.value)


@given(st.text(min_size=1, max_size=60))
def test_any_answer_survives_a_table(answer: str) -> None:
    texts = read_rows([{"id": "a", "language": "en", "question": "q", "answer": f"x{answer}x"}])
    for kind in ("csv", "xlsx"):
        assert read_table(write_table(texts, kind), kind) == texts


def test_a_status_makes_a_table_one_of_approved_answers() -> None:
    assert is_curated(["Question", "Status"])
    assert is_curated(["question_en", "status_en"])
    assert not is_curated(["question", "answer"])


def test_only_what_lacks_is_translated() -> None:
    assert missing([ENGLISH, GERMAN], to=["de", "fr"], source="en") == [(ENGLISH, "fr")]


async def drafted(question: str, answer: str) -> tuple[CuratedText | None, str | None]:
    engine = ScriptedEngine()
    engine.reply(question)
    engine.reply(answer)
    translator = Translator(engine, detect_language=lambda text: "en" if "the" in text else "de")
    [one] = [one async for one in translator.drafts([(ENGLISH, "de")])]
    assert "4.90" not in str(engine.asked)
    return one.draft, one.refused


async def test_drafts_are_filled_with_the_originals_figures() -> None:
    draft, _ = await drafted("Was kostet die Lieferung?", "Die Lieferung kostet [1], ab [2] nichts.")
    assert draft is not None
    assert draft.status is CuratedStatus.DRAFT
    assert draft.reviewer is None
    assert "4,90" in draft.answer
    assert "59" in draft.answer


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("Die Lieferung kostet [1].", "figures are not those"),
        ("Die Lieferung kostet [1], ab [2] nichts, nach 9 Tagen.", "figures that the original has not"),
        ("the delivery is [1], free from [2].", "not in German"),
        ("Lieferung [1] [2] " + "und so weiter " * 40, "come to an end"),
    ],
)
async def test_what_cannot_be_right_is_no_draft(answer: str, reason: str) -> None:
    draft, refused = await drafted("Was kostet die Lieferung?", answer)
    assert draft is None
    assert refused is not None
    assert reason in refused
