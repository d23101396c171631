"""A customer at the chat page, a real desk and a database behind it; the engine is scripted."""

import asyncio

import pytest
from playwright.async_api import expect

from dragoman.nouns.errors import EngineInterruptedError

from .wire import customers, kept, log_of, replies, say, until

pytestmark = [pytest.mark.browser, pytest.mark.database]


async def test_a_question_is_answered_and_the_language_shown(visit, scripted):
    scripted.reply("Ja, nach **Norwegen** auch.\n\n- fünf Tage\n- 9 Euro")
    page = await visit(locale="de")
    await expect(page.get_by_text("Guten Tag! Wie kann ich Ihnen helfen?")).to_be_visible()
    await say(page, "Liefern Sie auch nach Norwegen?")
    await expect(customers(page)).to_contain_text("Liefern Sie auch nach Norwegen?")
    await expect(replies(page).locator("strong")).to_have_text("Norwegen")
    await expect(replies(page).locator("li")).to_have_text(["fünf Tage", "9 Euro"])
    await expect(replies(page).locator(".text")).to_have_attribute("lang", "de")
    await expect(page.get_by_text("Antwortsprache: Deutsch")).to_be_visible()
    await expect(page.get_by_text("scripted")).to_be_visible()
    await expect(page.locator("#stand-in")).to_be_hidden()


async def test_words_show_while_the_reply_is_written(visit, scripted):
    gate = asyncio.Event()
    scripted.reply("First words and then more.", gate=gate)
    page = await visit()
    await say(page, "How long does delivery take?")
    await expect(replies(page).locator(".text")).to_have_text("First")
    await expect(page.locator(".writing i").first).to_be_visible()
    await expect(page.get_by_role("button", name="Stop")).to_be_visible()
    gate.set()
    await expect(replies(page).locator(".text")).to_have_text("First words and then more.")
    await expect(page.locator(".writing i").first).to_be_hidden()
    await expect(page.get_by_role("button", name="Stop")).to_be_hidden()


async def test_stopping_ends_the_reply_at_the_engine_and_it_can_be_asked_for_again(visit, scripted, desk):
    scripted.reply("First words and then more.", gate=asyncio.Event())
    scripted.reply("Written again.")
    page = await visit()
    await say(page, "How long does delivery take?")
    await expect(replies(page).locator(".text")).to_have_text("First")
    await page.get_by_role("button", name="Stop").click()
    await expect(replies(page)).to_contain_text("Answer stopped.")
    await expect(page.get_by_role("textbox")).to_be_focused()
    await until(lambda: asyncio.sleep(0, scripted.closed_early))
    await page.reload()
    await expect(replies(page)).to_contain_text("Answer stopped.")
    await page.get_by_role("button", name="Try again").click()
    await expect(replies(page).locator(".text")).to_have_text("Written again.")
    kinds = [kind for kind, _ in await log_of(page, desk)]
    assert kinds.count("message.customer") == 1
    assert kinds.count("message.reply") == 1


async def test_a_newer_message_takes_the_older_ones_place(visit, scripted, desk):
    scripted.reply("Never finished in any case.", gate=asyncio.Event())
    scripted.reply("The answer to the second.")
    page = await visit()
    await say(page, "What does delivery cost?")
    await expect(replies(page).locator(".text")).to_have_text("Never")
    await say(page, "And when will the parcel arrive?")
    await expect(customers(page).first).to_contain_text("Your newer message is being answered instead.")
    await expect(replies(page).last.locator(".text")).to_have_text("The answer to the second.")
    await expect(customers(page)).to_have_count(2)
    kinds = [kind for kind, _ in await log_of(page, desk)]
    assert sorted(kinds) == ["message.customer", "message.customer", "message.reply", "turn.superseded"]


async def test_a_reload_brings_the_conversation_back(visit, scripted):
    scripted.reply("The answer.")
    page = await visit()
    await say(page, "What does delivery cost?")
    await page.get_by_role("button", name="Yes").click()
    await expect(page.get_by_text("Thank you for your feedback.")).to_be_visible()
    await page.reload()
    await expect(customers(page).locator(".text")).to_have_text("What does delivery cost?")
    await expect(replies(page).locator(".text")).to_have_text("The answer.")
    await expect(page.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_text("Answer language: English")).to_be_visible()


async def test_a_vote_reaches_the_log(visit, scripted, desk):
    page = await visit()
    await say(page, "What does delivery cost?")
    await page.get_by_role("button", name="No").click()
    await expect(page.get_by_text("Thank you for your feedback.")).to_be_visible()

    async def votes():
        return [data["helpful"] for kind, data in await log_of(page, desk) if kind == "feedback"]

    assert await until(votes) == [False]


async def test_a_new_conversation_forgets_the_old_one(visit):
    page = await visit()
    await say(page, "What does delivery cost?")
    await expect(page.get_by_text("Was this helpful?")).to_be_visible()
    await page.get_by_role("button", name="New conversation").click()
    await expect(customers(page)).to_have_count(0)
    assert await kept(page) is None
    await expect(page.get_by_role("textbox")).to_be_focused()


async def test_deleting_asks_first_and_then_erases_at_the_desk(visit, desk):
    page = await visit()
    await say(page, "What does delivery cost?")
    await expect(page.get_by_text("Was this helpful?")).to_be_visible()
    conversation = await kept(page)
    question = page.get_by_role("dialog", name="Delete this conversation for good?")
    await page.get_by_role("button", name="Delete conversation").click()
    await question.get_by_role("button", name="Cancel").click()
    await expect(customers(page)).to_have_count(1)
    await page.get_by_role("button", name="Delete conversation").click()
    await question.get_by_role("button", name="Delete conversation").click()
    await expect(page.get_by_text("The conversation has been deleted.")).to_be_visible()
    await expect(customers(page)).to_have_count(0)
    gone = await desk.client.get(
        f"/api/v1/conversations/{conversation['conversation_id']}",
        headers={"Authorization": f"Bearer {conversation['token']}"},
    )
    assert gone.status_code == 404


async def test_an_interrupted_reply_is_told_in_the_customers_language_and_can_be_had_again(visit, scripted):
    scripted.reply("Ja nach Norwegen", failure=EngineInterruptedError())
    scripted.reply("Ja, in fünf Tagen.")
    page = await visit(locale="en")
    await say(page, "Liefern Sie auch nach Norwegen? Wie lange dauert das?")
    await expect(replies(page).locator(".note")).to_contain_text("Die Antwort wurde unterbrochen.")
    await page.get_by_role("button", name="Try again").click()
    await expect(replies(page).locator(".text")).to_have_text("Ja, in fünf Tagen.")
    await expect(replies(page).locator(".note")).to_be_hidden()


async def test_a_model_that_stands_in_is_announced(visit, scripted):
    scripted.stands_in_for = "qwen2.5-0.5b-instruct"
    page = await visit()
    await expect(page.locator("#stand-in")).to_contain_text("scripted stands in for it")
