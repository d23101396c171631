"""The library on the real PostgreSQL: what is taken in, kept, followed and given up."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path

import pytest

from dragoman.knowledge.library import Library, seed
from dragoman.nouns.curated import ImportReport
from dragoman.nouns.errors import KnowledgeRefusedError
from dragoman.storage.knowledge import PostgresKnowledge
from dragoman.storage.pool import Database
from dragoman.testing.letter_embedder import LetterEmbedder

pytestmark = pytest.mark.database

DELIVERY = (
    "# Delivery\n\n## How long\nDelivery takes 3 days.\n\n## What it costs\nDelivery costs 4.90 euros.\n"
)


async def take_no_rows(rows: Sequence[Mapping[str, str]]) -> ImportReport:
    return ImportReport(len(rows), 0, 0, ())


def german_if_it_looks_so(text: str) -> str:
    return "de" if "Lieferung" in text else "en"


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    database = Database(database_url, connections=4)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def embedder() -> LetterEmbedder:
    return LetterEmbedder()


@pytest.fixture
def library(database: Database, embedder: LetterEmbedder) -> Library:
    return Library(
        PostgresKnowledge(database),
        embedder,
        detect_language=german_if_it_looks_so,
        import_curated=take_no_rows,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "delivery.md").write_text(DELIVERY, encoding="utf-8")
    return folder


async def texts(library: Library) -> list[str]:
    documents = await library.storage.documents()
    return [passage.text for one in documents for passage in await library.storage.passages_of(one.id)]


async def test_a_document_is_cut_under_its_headings_and_counted(library: Library, folder: Path) -> None:
    taken = (await library.add_path(folder / "delivery.md")).taken[0]
    assert taken.outcome == "added"
    document = await library.storage.document(taken.documents[0])
    assert document is not None
    assert (document.title, document.language, document.passages) == ("Delivery", "en", 2)
    passages = await library.storage.passages_of(document.id)
    assert [(one.headings, one.text, one.place) for one in passages] == [
        (("How long",), "Delivery takes 3 days.", 0),
        (("What it costs",), "Delivery costs 4.90 euros.", 1),
    ]
    state = await library.storage.state()
    assert (state.documents, state.passages) == ({"en": 1}, {"en": 2})
    assert {one.version for one in passages} == {state.version}


async def test_what_has_not_changed_is_left_alone(
    library: Library, folder: Path, embedder: LetterEmbedder
) -> None:
    await seed(library, folder)
    version, asked = await library.storage.version(), embedder.asked
    again = await seed(library, folder)
    assert [one.outcome for one in again.taken] == ["unchanged"]
    assert (await library.storage.version(), embedder.asked) == (version, asked)


async def test_a_changed_file_replaces_its_passages_and_counts_the_version(
    library: Library, folder: Path
) -> None:
    first = (await seed(library, folder)).taken[0]
    version = await library.storage.version()
    (folder / "delivery.md").write_text(DELIVERY.replace("3 days", "5 days"), encoding="utf-8")
    second = (await seed(library, folder)).taken[0]
    assert (second.outcome, second.documents) == ("changed", first.documents)
    assert await library.storage.version() == version + 1
    assert await texts(library) == ["Delivery takes 5 days.", "Delivery costs 4.90 euros."]


async def test_the_same_content_is_taken_once(library: Library, folder: Path) -> None:
    (folder / "copy").mkdir()
    (folder / "copy" / "delivery.md").write_text(DELIVERY, encoding="utf-8")
    taken = (await seed(library, folder)).taken
    assert sorted(one.outcome for one in taken) == ["added", "known"]
    assert len(await texts(library)) == 2


async def test_a_moved_file_stays_known(library: Library, folder: Path) -> None:
    await seed(library, folder)
    (folder / "delivery.md").rename(folder / "shipping.md")
    moved = await seed(library, folder)
    assert moved.removed == (str((folder / "delivery.md").resolve()),)
    assert len(await texts(library)) == 2
    assert [one.outcome for one in (await seed(library, folder)).taken] == ["unchanged"]


async def test_a_file_that_is_gone_goes(library: Library, folder: Path) -> None:
    (folder / "returns.md").write_text("# Returns\n\nReturns are free.\n", encoding="utf-8")
    await seed(library, folder)
    (folder / "delivery.md").unlink()
    await seed(library, folder)
    assert await texts(library) == ["Returns are free."]


async def test_one_bad_file_does_not_keep_the_others_out(library: Library, folder: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing of the kind")
    report = await seed(library, folder)
    assert [Path(location).name for location, _ in report.refused] == ["broken.pdf"]
    assert len(await texts(library)) == 2


async def test_a_refused_version_leaves_the_old_one(library: Library, folder: Path) -> None:
    await seed(library, folder)
    (folder / "delivery.md").write_bytes(b"\x7fELF\x00\x00\x01")
    with pytest.raises(KnowledgeRefusedError):
        await library.add_path(folder / "delivery.md")
    assert len(await texts(library)) == 2


async def test_removing_leaves_nothing(library: Library, folder: Path, database: Database) -> None:
    taken = (await seed(library, folder)).taken[0]
    version = await library.storage.version()
    await database.rows(
        b"INSERT INTO answer_cache (version, language, scope, text_hash, vector, embedder, marks, answer)"
        b" VALUES (%(version)s, 'en', '', 'x', 'x', 'letters', '{}', '{}') RETURNING id",
        {"version": version},
    )
    assert await library.remove(taken.documents[0]) == 1
    counted = await database.rows(
        b"SELECT (SELECT count(*) FROM source) + (SELECT count(*) FROM document) + (SELECT count(*) FROM passage)"
        b" + (SELECT count(*) FROM answer_cache) + (SELECT coalesce(sum(passages), 0) FROM word) AS left_over",
        {},
    )
    assert counted[0]["left_over"] == 0
    assert await library.storage.version() == version + 1
    assert await library.remove(taken.documents[0]) == 0


async def test_a_folder_is_removed_by_its_path(library: Library, folder: Path) -> None:
    await seed(library, folder)
    assert await library.remove(str(folder)) == 1
    assert await texts(library) == []


async def test_a_table_of_questions_gives_a_document_for_each_language(
    library: Library, folder: Path
) -> None:
    (folder / "faq.csv").write_text(
        "question_en,answer_en,question_de,answer_de\n"
        "When are you open?,From 9 to 17.,Wann habt ihr auf?,Von 9 bis 17 Uhr.\n"
        "Where are you?,In the old mill.,Wo seid ihr?,In der alten Mühle.\n",
        encoding="utf-8",
    )
    await library.add_path(folder / "faq.csv")
    documents = await library.storage.documents()
    assert sorted((one.language, one.passages) for one in documents) == [("de", 2), ("en", 2)]
    german = next(one for one in documents if one.language == "de")
    assert [one.headings for one in await library.storage.passages_of(german.id)] == [
        ("Wann habt ihr auf?",),
        ("Wo seid ihr?",),
    ]


async def test_topics_have_names_in_the_customers_languages(library: Library, folder: Path) -> None:
    (folder / "delivery.md").write_text(f"---\ntopic: delivery\n---\n{DELIVERY}", encoding="utf-8")
    (folder / "topics.csv").write_text("topic,en,de\ndelivery,Delivery,Lieferung\n", encoding="utf-8")
    await seed(library, folder)
    assert await library.storage.topics("de") == {"delivery": "Lieferung"}
    assert await library.storage.topics("fr") == {"delivery": "delivery"}


async def test_another_embedder_embeds_anew(library: Library, folder: Path, database: Database) -> None:
    await seed(library, folder)
    other = Library(
        PostgresKnowledge(database),
        LetterEmbedder("others"),
        detect_language=german_if_it_looks_so,
        import_curated=take_no_rows,
    )
    heard: list[tuple[int, int]] = []
    assert await other.reembed(lambda done, total, _: heard.append((done, total))) == 2
    assert heard == [(2, 2)]
    assert await other.reembed() == 0


async def test_words_of_an_older_program_are_written_anew(
    library: Library, folder: Path, database: Database
) -> None:
    await seed(library, folder)
    words = b"SELECT words FROM passage ORDER BY id"
    fresh = await database.rows(words, {})
    await database.rows(b"UPDATE passage SET words = '{old}', words_by = 1 RETURNING id", {})
    heard: list[tuple[int, int]] = []
    assert await library.reindex(lambda done, total, _: heard.append((done, total))) == len(fresh)
    assert heard == [(len(fresh), len(fresh))]
    assert await database.rows(words, {}) == fresh
    assert await library.reindex() == 0


async def test_every_desk_hears_of_a_change(library: Library, folder: Path) -> None:
    async with aclosing(library.storage.versions()) as versions:
        before = await anext(versions)
        await seed(library, folder)
        assert await anext(versions) > before
