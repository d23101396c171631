"""What a day's questions leave in the metrics, number by number."""

import pytest

from dragoman.testing.pytest_knowledge import KnowingDesk, knowing_desk

pytestmark = pytest.mark.database

DELIVERY = "How long does delivery to Austria take?"


async def ask(desk: KnowingDesk, question: str) -> dict[str, str]:
    answered = await desk.open.client.post("/chat", json={"message": question})
    assert answered.status_code == 200, answered.text
    return answered.json()


def counted(desk: KnowingDesk, name: str, **labels: str) -> float:
    return desk.open.desk.registry.get_sample_value(f"dragoman_{name}", labels) or 0.0


async def test_looks_among_approved_and_remembered_answers(knowing: KnowingDesk) -> None:
    sources = [
        (await ask(knowing, question))["source"]
        for question in ("How do I cancel my order?", DELIVERY, DELIVERY, "Where is order AB-12345678?")
    ]
    assert sources[:3] == ["curated", "quoted", "cache"]
    assert counted(knowing, "curated_lookups_total", outcome="sure") == 1
    assert counted(knowing, "curated_lookups_total", outcome="none") == 2
    assert counted(knowing, "cache_lookups_total", outcome="miss") == 1
    assert counted(knowing, "cache_lookups_total", outcome="hit") == 1
    assert counted(knowing, "cache_lookups_total", outcome="not_asked") == 1, "it speaks of one order"
    assert counted(knowing, "cache_stores_total", outcome="kept") == 1
    # The curated answer ended the first climb and the remembered one the third, each in the same words.
    assert counted(knowing, "rung_seconds_count", step="words") == 4 + 3
    assert counted(knowing, "rung_seconds_count", step="meaning") == 2
    assert counted(knowing, "rung_seconds_count", step="curated") == 2
    assert counted(knowing, "rung_seconds_count", step="cache") == 2
    assert counted(knowing, "rung_seconds_count", step="search") == 2


async def test_every_rung_has_its_count_its_seconds_and_its_reason(knowing: KnowingDesk) -> None:
    await ask(knowing, "How do I cancel my order?")
    await ask(knowing, "Who won the match last night?")
    assert counted(knowing, "answer_seconds_count", source="curated") == 1
    assert counted(knowing, "answer_seconds_sum", source="curated") > 0
    assert counted(knowing, "reply_reasons_total", source="curated", reason="same_question") == 1
    assert counted(knowing, "replies_total", source="declined", language="en") == 1


async def test_refused_sentences_are_counted_by_reason(database_url, scripted, handbook) -> None:
    scripted.usual = "Something else altogether, with 99 euros in it."
    levels = {"levels": ["fr=generate"]}
    async with knowing_desk(database_url, scripted, handbook, answers=levels) as desk:
        told = await ask(desk, "Combien de temps prend la livraison vers l'Autriche ?")
        assert told["source"] == "quoted"
        refused = [
            sample
            for family in desk.open.desk.registry.collect()
            if family.name == "dragoman_sentences_refused"
            for sample in family.samples
            if sample.name.endswith("_total")
        ]
        assert sum(sample.value for sample in refused) == 2, "the first try and the second"
        assert all(sample.labels["reason"].replace("_", "").isalpha() for sample in refused)
        assert counted(desk, "model_calls_total", outcome="whole") == 2


async def test_no_label_holds_a_customers_words(knowing: KnowingDesk) -> None:
    await ask(knowing, "My name is Zebulon Quartz, where is my parcel?")
    text = (await knowing.open.client.get("/metrics")).text
    assert "Zebulon" not in text
    assert "parcel" not in text
