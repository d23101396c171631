"""The chat page with the real model behind it, left to right, right to left, and without spaces between words."""

import pytest
from playwright.async_api import expect

from dragoman.engines.openai import OpenAIEngine
from dragoman.languages.registry import LANGUAGES
from dragoman.testing.pytest_browser import opening
from dragoman.testing.pytest_desk import serving_desk

from .wire import customers, replies, say

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.model]

QUESTIONS = {
    "de": "Wie lange dauert normalerweise der Versand eines Pakets?",
    "ar": "كم يوما يستغرق توصيل الطلب عادة؟",
    "ja": "商品の配送には通常何日かかりますか？",
}
WITHIN_MS = 120_000


@pytest.mark.parametrize("code", QUESTIONS)
async def test_a_question_is_answered_by_the_real_model(browser, database_url, engine_url, code):
    engine = OpenAIEngine(engine_url)
    settings = {"generation": {"max_tokens": 60, "seed": 7}}
    async with serving_desk(database_url, engine, **settings) as desk, opening(browser, desk.url) as visit:
        page = await visit(locale=code, viewport={"width": 360, "height": 740})
        direction = LANGUAGES[code].direction
        await expect(page.locator("html")).to_have_attribute("dir", direction)
        await say(page, QUESTIONS[code])
        await expect(customers(page).locator(".text")).to_have_css("direction", direction)
        await expect(page.locator("#answers-in")).to_contain_text(LANGUAGES[code].own, timeout=WITHIN_MS)
        await expect(replies(page).locator(".votes")).to_be_visible(timeout=WITHIN_MS)
        text = replies(page).locator(".text")
        await expect(text).to_have_attribute("lang", code)
        await expect(text).to_have_css("direction", direction)
        assert (await text.inner_text()).strip()
        model = (await engine.health()).models[0]
        await expect(page.locator("#model")).to_contain_text(model)
    await engine.close()
