"""The chat page on a network that fails: nothing is lost, nothing is said twice."""

import asyncio

import pytest
from playwright.async_api import expect

from .wire import SCRIPT, call, customers, kept, log_of, replies, say

pytestmark = [pytest.mark.browser, pytest.mark.database]

LOST = "Connection lost. Trying again…"
BACK = "Connected again."


@pytest.fixture(autouse=True)
def _requests_fail_on_purpose(visit):
    visit.failing_requests = True


async def said_and_answered(page, desk):
    kinds = [kind for kind, _ in await log_of(page, desk)]
    return kinds.count("message.customer"), kinds.count("message.reply")


async def test_a_message_that_never_left_is_sent_once_the_network_is_back(visit, desk, scripted):
    scripted.reply("The answer.")
    page = await visit()
    await page.context.set_offline(True)
    await say(page, "What does delivery cost?")
    await expect(page.get_by_text(LOST)).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.get_by_text(BACK)).to_be_visible()
    await expect(replies(page).locator(".text")).to_have_text("The answer.")
    assert await said_and_answered(page, desk) == (1, 1)


async def test_a_message_whose_answer_got_lost_is_not_doubled(visit, desk, scripted):
    scripted.reply("The answer.")
    page = await visit()
    attempts = []

    async def lose_the_first(route):
        attempts.append(route.request.post_data_json["client_id"])
        if len(attempts) == 1:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/messages", lose_the_first)
    await say(page, "What does delivery cost?")
    await expect(replies(page).locator(".text")).to_have_text("The answer.")
    await expect(replies(page)).to_have_count(1)
    assert len(attempts) == 2
    assert len(set(attempts)) == 1
    assert await said_and_answered(page, desk) == (1, 1)
    assert len(scripted.asked) == 1


async def test_a_connection_that_breaks_mid_reply_is_taken_up_again(visit, desk, scripted):
    gate = asyncio.Event()
    scripted.reply("First words and then more.", gate=gate)
    page = await visit()
    await say(page, "What does delivery cost?")
    await expect(replies(page).locator(".text")).to_have_text("First")
    await page.context.set_offline(True)
    await expect(page.get_by_text(LOST)).to_be_visible()
    await expect(replies(page).locator(".text")).to_have_text("First")
    gate.set()
    await page.context.set_offline(False)
    await expect(replies(page).locator(".text")).to_have_text("First words and then more.")
    assert await said_and_answered(page, desk) == (1, 1)
    assert len(scripted.asked) == 1


async def test_a_reload_in_the_middle_takes_the_reply_up_again(visit, desk, scripted):
    gate = asyncio.Event()
    scripted.reply("First words and then more.", gate=gate)
    page = await visit()
    await say(page, "What does delivery cost?")
    await expect(replies(page).locator(".text")).to_have_text("First")
    await page.reload()
    await expect(replies(page).locator(".text")).to_have_text("First")
    gate.set()
    await expect(replies(page).locator(".text")).to_have_text("First words and then more.")
    await expect(customers(page)).to_have_count(1)
    assert await said_and_answered(page, desk) == (1, 1)


async def test_a_message_that_never_arrived_survives_a_reload(visit, desk, scripted):
    scripted.reply("The answer.")
    page = await visit()
    await page.route("**/api/v1/conversations", lambda route: route.abort())
    await say(page, "What does delivery cost?")
    await expect(page.get_by_text(LOST)).to_be_visible()
    await page.unroute("**/api/v1/conversations")
    await page.reload()
    await expect(customers(page).locator(".text")).to_have_text("What does delivery cost?")
    await expect(replies(page).locator(".text")).to_have_text("The answer.")
    assert await said_and_answered(page, desk) == (1, 1)


async def test_a_stream_without_an_end_is_asked_for_again(visit):
    page = await visit(script=SCRIPT)
    await say(page, "Hello")
    first = await call(page)
    await first.begin()
    await first.delta("Half a rep")
    await first.end()
    await expect(page.get_by_text(LOST)).to_be_visible()
    second = await call(page, 1)
    assert (await first.look("sent")) == (await second.look("sent"))
    await expect(replies(page).locator(".text")).to_have_text("Half a rep")
    await second.begin()
    await second.delta("Half a reply, and")
    await expect(replies(page).locator(".text")).to_have_text("Half a reply, and")
    await second.done("Half a reply, and the rest.")
    await expect(replies(page).locator(".text")).to_have_text("Half a reply, and the rest.")


async def test_events_may_come_in_any_pieces(visit):
    page = await visit(script=SCRIPT)
    await say(page, "Hello")
    one = await call(page)
    await one.begin()
    for piece in (
        ": keep-alive\n\nev",
        "ent: delta\r",
        '\ndata: {"text":\r\ndata: "two',
        ' words"}\r\n\r',
        "\n",
    ):
        await one.raw(piece)
    await expect(replies(page).locator(".text")).to_have_text("two words")


async def test_messages_keep_their_order_when_the_first_is_late(visit):
    page = await visit(script=SCRIPT)
    await say(page, "My order is 1234.")
    first = await call(page)
    await say(page, "When does it come?")
    await expect(customers(page).first).to_contain_text("Your newer message is being answered instead.")
    await first.lose()
    again = await call(page, 1)
    assert (await again.look("sent"))["message"] == "My order is 1234."
    await again.begin()
    newer = await call(page, 2)
    assert (await newer.look("sent"))["message"] == "When does it come?"
    assert await again.look("aborted")


async def test_a_busy_desk_is_believed_and_asked_again(visit):
    page = await visit(script=SCRIPT)
    await say(page, "Hello")
    for attempt in range(3):
        one = await call(page, attempt)
        await one.refuse(429, "engine_busy", "Many are asking.", Retry_After="0")
        await expect(page.locator("#status")).to_have_text("Many are asking.")
    last = await call(page, 3)
    await last.refuse(429, "engine_busy", "Many are asking.", Retry_After="0")
    await expect(replies(page).locator(".note")).to_contain_text("Many are asking.")
    await expect(page.locator("#status")).to_be_hidden()
    await page.get_by_role("button", name="Try again").click()
    await (await call(page, 4)).begin()
    await expect(replies(page).locator(".note")).to_be_hidden()


@pytest.mark.parametrize(("status", "type"), [(200, "text/html"), (502, "text/html"), (504, "text/plain")])
async def test_what_is_not_the_desks_word_counts_as_no_connection(visit, status, type):
    page = await visit(script=SCRIPT)
    await say(page, "Hello")
    await (await call(page)).answer(status, type, "<h1>Please log in</h1>")
    await expect(page.get_by_text(LOST)).to_be_visible()
    await (await call(page, 1)).begin()
    await expect(page.get_by_text(BACK)).to_be_visible()


async def test_a_conversation_that_is_over_can_be_begun_anew_with_the_same_words(visit):
    page = await visit(script=SCRIPT)
    await say(page, "Are you open on Sunday?")
    await (await call(page)).refuse(404, "conversation_unknown", "It is gone.")
    await expect(replies(page).locator(".note")).to_contain_text("It is gone.")
    await replies(page).get_by_role("button", name="New conversation").click()
    await expect(page.get_by_role("textbox")).to_have_value("Are you open on Sunday?")
    await expect(customers(page)).to_have_count(0)


async def test_a_conversation_erased_elsewhere_is_forgotten(visit, desk):
    page = await visit()
    await say(page, "What does delivery cost?")
    await expect(page.get_by_text("Was this helpful?")).to_be_visible()
    talk = await kept(page)
    await desk.client.delete(
        f"/api/v1/conversations/{talk['conversation_id']}",
        headers={"Authorization": f"Bearer {talk['token']}"},
    )
    await page.reload()
    await say(page, "And to Norway?")
    await expect(page.get_by_text("Was this helpful?")).to_be_visible()
    await expect(customers(page).locator(".text")).to_have_text("And to Norway?")
