"""Passages are found by meaning and by words, in every language, on a real PostgreSQL."""

from collections.abc import AsyncGenerator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from dragoman.knowledge.search import Search
from dragoman.knowledge.words import index_words
from dragoman.storage.pool import Database
from dragoman.storage.search import PassageIndex

pytestmark = pytest.mark.database

EMBEDDER = "test"
DIMENSIONS = 8
NOWHERE = np.full(DIMENSIONS, DIMENSIONS**-0.5, np.float32)
ADD = b"""
    INSERT INTO passage (document, place, headings, language, text, version, embedding, embedded_by, words)
    VALUES ('d', (SELECT count(*) FROM passage), %(headings)s, %(language)s, %(text)s, 1, %(vector)s::vector,
        %(embedder)s, %(words)s)
    RETURNING id
"""
DOCUMENT = b"""
    WITH made AS (
        INSERT INTO source (id, kind, location, digest, bytes, media_type)
        VALUES ('s', 'text', 'here', '', 0, 'text/plain') RETURNING id
    )
    INSERT INTO document (id, source, title, language, content_hash) SELECT 'd', id, 'The shop', 'en', '' FROM made
    RETURNING id
"""


def axis(place: int, *, towards: int | None = None, share: float = 0.0) -> NDArray[np.float32]:
    """Return the direction `place`, turned a little towards another."""
    vector = np.zeros(DIMENSIONS, np.float32)
    vector[place] = 1
    if towards is not None:
        vector[towards] += share
    return vector / np.linalg.norm(vector)


class Shop:
    """A knowledge base to search in."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.search = Search(PassageIndex(database, embedder=EMBEDDER))

    async def add(
        self,
        text: str,
        language: str = "en",
        vector: NDArray[np.float32] = NOWHERE,
        *,
        headings: Sequence[str] = (),
        embedder: str = EMBEDDER,
    ) -> None:
        values = {
            "headings": list(headings),
            "language": language,
            "text": text,
            "vector": str(vector.tolist()),
            "embedder": embedder,
            "words": index_words(text, headings, "The shop", language),
        }
        await self.database.rows(ADD, values)

    async def find(
        self, text: str, vector: NDArray[np.float32] = NOWHERE, *, language: str = "en", limit: int = 5
    ) -> list[str]:
        return [
            one.passage.text for one in await self.search.find(text, vector, language=language, limit=limit)
        ]


@pytest.fixture
async def shop(database_url: str) -> AsyncGenerator[Shop]:
    database = Database(database_url, connections=4)
    await database.open()
    await database.rows(DOCUMENT, {})
    yield Shop(database)
    await database.close()


async def test_finds_nothing_in_an_empty_knowledge_base(shop: Shop) -> None:
    assert await shop.find("Where is my order?") == []


async def test_what_means_the_same_comes_first(shop: Shop) -> None:
    await shop.add("about tea", vector=axis(0))
    await shop.add("about cups", vector=axis(1))
    found = await shop.search.find("anything", axis(1, towards=0, share=0.5), language="en")
    assert [one.passage.text for one in found] == ["about cups", "about tea"]
    assert found[0].meaning == pytest.approx(0.894, abs=0.001)
    assert found[0].passage.title == "The shop"


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("what does the RX-7 cost", "The rx7 costs 12 euros."),
        ("is AB 12 the same as AB-1234/X?", "Order number AB-1234/X is for spare lids."),
        ("whom does service@shop.example reach", "Write to Service@Shop.example."),
        ("what is at https://shop.example/track?", "See https://shop.example/track."),
        ("do you ship orders over ১২৩৪ free", "Free from 1,234 euros on."),
        ("¿enviáis pedidos de 1.234,50?", "At 1 234.50 it is free."),
    ],
)
async def test_codes_addresses_and_figures_are_found_exactly(shop: Shop, question: str, text: str) -> None:
    for number in range(8):
        await shop.add(
            f"What RX-{number + 10} AB-123{number}/Y and {number}@shop.example cost: 123{number + 5}."
        )
    await shop.add(text)
    assert (await shop.find(question))[0] == text


@pytest.mark.parametrize(
    ("language", "question", "text"),
    [
        ("th", "จัดส่งกี่วัน", "การจัดส่งใช้เวลาสามวัน"),
        ("zh", "送货要多久", "我们的送货需要三天"),
        ("ja", "配送は何日かかりますか", "通常の配送は三日です"),
        ("km", "ដឹកជញ្ជូនប៉ុន្មានថ្ងៃ", "ការដឹកជញ្ជូនចំណាយពេលបីថ្ងៃ"),
        ("lo", "ຈັດສົ່ງຈັກມື້", "ການຈັດສົ່ງໃຊ້ເວລາສາມມື້"),
        ("my", "ပို့ဆောင်ခ ဘယ်လောက်လဲ", "ပို့ဆောင်ခြင်းသည် သုံးရက်ကြာသည်"),
        ("ko", "배송은 며칠", "무료배송까지 사흘"),
        ("ar", "متى يصل التوصيل", "مدّة توصيل الطلب ثلاثة أيام"),
        ("ru", "сроки доставки", "Доставка занимает три дня"),
        ("vi", "giao hang mat bao lau", "Giao hàng mất ba ngày"),
        ("tr", "Istanbul'a gönderim", "İSTANBUL içi gönderi üç gün"),
        ("hi", "डिलीवरी कब", "डिलीवरी में तीन दिन"),
    ],
)
async def test_words_are_found_in_every_script(shop: Shop, language: str, question: str, text: str) -> None:
    await shop.add(
        "การคืนสินค้า 退货三十日 返品 ការត្រឡប់ ການສົ່ງຄືນ ပြန်ပေးခြင်း 반품 إرجاع возврат trả lại iade वापसी", language
    )
    await shop.add(text, language)
    assert (await shop.find(question, language=language))[0] == text


async def test_a_word_of_a_heading_counts_like_one_of_the_text(shop: Shop) -> None:
    await shop.add("It takes three days.")
    await shop.add("It takes two days.", headings=["Delivery", "Express"])
    assert (await shop.find("express"))[0] == "It takes two days."


async def test_many_passages_in_one_language_never_hide_one_in_another(shop: Shop) -> None:
    question = axis(0)
    for number in range(60):
        await shop.add(
            f"Lieferung Nummer {number} dauert", "de", axis(0, towards=1, share=0.3 + number / 1000)
        )
    await shop.add("يستغرق التوصيل ثلاثة أيام", "ar", axis(0, towards=1, share=0.2))
    assert "يستغرق التوصيل ثلاثة أيام" in await shop.find("Lieferung dauert", question, language="de")


async def test_the_customers_language_is_preferred_where_the_content_is_the_same(shop: Shop) -> None:
    for language in ("en", "de", "fr", "ar"):
        await shop.add(f"the same in {language}", language, axis(0))
    assert (await shop.find("?", axis(0), language="ar"))[0] == "the same in ar"
    assert (await shop.find("?", axis(0), language="fr"))[0] == "the same in fr"


async def test_passages_of_another_embedder_are_found_by_their_words(shop: Shop) -> None:
    await shop.add("A teapot of clay", vector=np.ones(3, np.float32), embedder="another")
    await shop.add("A cup of glass")
    assert (await shop.find("teapot"))[0] == "A teapot of clay"


async def test_limit_is_the_most_that_are_returned(shop: Shop) -> None:
    for number in range(12):
        await shop.add(f"tea {number}")
    assert len(await shop.find("tea", limit=3)) == 3


async def test_counts_follow_what_is_added_changed_and_removed(shop: Shop) -> None:
    index = PassageIndex(shop.database, embedder=EMBEDDER)
    await shop.add("green tea")
    await shop.add("schwarzer tea", "de")
    counts = await index.counts(["tea", "green", "coffee"])
    assert counts.languages == {"en": 1, "de": 1}
    assert counts.words == {"tea": 2, "green": 1}
    await shop.database.rows(b"UPDATE passage SET words = '{coffee}' WHERE language = 'en' RETURNING id", {})
    assert (await index.counts(["tea", "green", "coffee"])).words == {"tea": 1, "coffee": 1}
    await shop.database.rows(b"DELETE FROM document RETURNING id", {})
    counts = await index.counts(["tea", "green", "coffee"])
    assert (counts.languages, counts.words, counts.passages) == ({}, {}, 0)


async def test_share_of_words_is_weighed_by_rarity(shop: Shop) -> None:
    for number in range(9):
        await shop.add(f"tea {number}")
    await shop.add("tea kettle")
    first = (await shop.search.find("tea kettle", NOWHERE, language="en"))[0]
    assert first.passage.text == "tea kettle"
    assert first.words == 1
    assert (await shop.search.find("tea samovar", NOWHERE, language="en"))[0].words < 0.1


@pytest.mark.parametrize(
    ("language", "question", "unheard"),
    [
        ("it", "Riparate gli ombrelli?", False),
        ("de", "Repariert ihr auch Regenschirme?", False),
        ("it", "Riparate anche i pianoforti o le chitarre?", True),
        ("ja", "ギターは修理できますか？", True),
        ("en", "Is there wifi?", True),
    ],
)
async def test_a_thing_that_no_passage_names_is_noticed_in_any_language(
    shop: Shop, language: str, question: str, unheard: bool
) -> None:
    await shop.add("We repair umbrellas within a week, and we are online.")
    first = (await shop.search.find(question, NOWHERE, language=language))[0]
    assert (first.unheard > 0) == unheard
