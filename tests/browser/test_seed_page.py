"""A page written for another desk works unchanged: it posts `{"message"}` to `/chat` and shows `reply`."""

from pathlib import Path

import pytest
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.database]

PAGE = Path(__file__).with_name("seed_page.html").read_text(encoding="utf-8")


async def test_a_page_that_knows_nothing_but_chat(visit, desk, scripted):
    scripted.reply("La livraison prend <b>trois</b> jours.")
    page = await visit(locale="fr")
    # The page stands where its desk stood before: at the same address as `/chat`.
    await page.route("**/seed", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    await page.goto(f"{desk.url}/seed")
    await page.fill("#message", "Combien de temps prend la livraison ?")
    await page.click("#ask")
    await expect(page.locator("#reply")).to_have_text("La livraison prend <b>trois</b> jours.")
    visit.failing_requests = True
    await page.fill("#message", "  ")
    await page.click("#ask")
    await expect(page.locator("#reply")).to_have_text("Please write a message first.")
