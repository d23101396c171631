import pytest

from dragoman.knowledge.reading.base import QARow, ReadDocument, Section
from dragoman.knowledge.reading.columns import Column, Role, column_of
from dragoman.knowledge.reading.read import read_document
from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.errors import KnowledgeRefusedError


async def read(text: str, name: str = "table.csv") -> ReadDocument:
    return await read_document(text.encode(), name=name)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("Question", Column(Role.QUESTION)),
        (" 问题: ", Column(Role.QUESTION)),
        ("سؤال", Column(Role.QUESTION)),
        ("คำตอบ", Column(Role.ANSWER)),
        ("question_de", Column(Role.QUESTION, "de")),
        ("Answer (pt-BR)", Column(Role.ANSWER, "pt")),
        ("answer [German]", Column(Role.ANSWER, "de")),
        ("Question: fil", Column(Role.QUESTION, "tl")),
        ("답변 (한국어)", Column(Role.ANSWER, "ko")),
        ("Topic", Column(Role.TOPIC)),
        ("Link", Column(Role.URL)),
        ("Price", Column(None)),
        ("question mark", Column(None)),
    ],
)
def test_what_a_column_is_for(name: str, column: Column) -> None:
    assert column_of(name) == column


@pytest.mark.parametrize("code", LANGUAGES)
def test_columns_in_each_language(code: str) -> None:
    assert column_of(f"question_{code}") == Column(Role.QUESTION, code)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
async def test_questions_and_answers(delimiter: str) -> None:
    lines = [
        ["Question", "Answer", "Topic", "Title", "URL"],
        ["How long?", "3 days.", "shipping", "Time", "https://x.example"],
    ]
    found = await read("\n".join(delimiter.join(line) for line in lines) + "\n")
    assert found.qa == (QARow(1, "How long?", "3 days.", None, "Time", "shipping", "https://x.example"),)
    assert found.sections == ()
    assert found.kind == "text"


async def test_several_languages_side_by_side() -> None:
    found = await read('question_en,answer_en,question_de,answer_de\nq1,a1,f1,"x, y"\nq2,a2,,z\n,,f3,w\n')
    assert found.qa == (
        QARow(1, "q1", "a1", "en"),
        QARow(1, "f1", "x, y", "de"),
        QARow(2, "q2", "a2", "en"),
        QARow(3, "f3", "w", "de"),
    )


async def test_a_column_that_names_the_language() -> None:
    found = await read(
        '{"language": "German", "question": "f", "answer": "a"}\n\n{"question": "q", "answer": 3}\n',
        "a.jsonl",
    )
    assert found.qa == (QARow(1, "f", "a", "de"), QARow(2, "q", "3", None))


async def test_a_table_with_a_status_is_one_of_curated_answers() -> None:
    found = await read("id,question_en,answer_en,Status\n1,q,a,approved\n")
    assert found.kind == "curated"
    assert found.rows == ({"id": "1", "question_en": "q", "answer_en": "a", "Status": "approved"},)
    assert (found.qa, found.sections) == ((), ())


async def test_a_table_of_topic_names() -> None:
    found = await read("topic,en,de\nshipping,Shipping,Versand\n")
    assert found.kind == "topics"
    assert found.rows == ({"topic": "shipping", "en": "Shipping", "de": "Versand"},)


async def test_any_other_table_becomes_text() -> None:
    found = await read("Größe;Preis;\nklein;3,50 €;\n;;\ngroß;;neu\n")
    assert found.sections == (Section((), "Größe: klein; Preis: 3,50 €\nGröße: groß; neu"),)


async def test_a_row_longer_than_the_header_loses_nothing() -> None:
    assert (await read("a,b\n1,2,3\n")).sections[0].text == "a: 1; b: 2; 3"


async def test_lines_that_are_no_objects_are_refused() -> None:
    with pytest.raises(KnowledgeRefusedError, match="line 2"):
        await read('{"a": 1}\n[1]\n', "a.jsonl")
