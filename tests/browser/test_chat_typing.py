"""Writing on the chat page: keys, input methods, limits."""

import pytest
from playwright.async_api import expect

from .wire import SCRIPT, call, customers, say

pytestmark = [pytest.mark.browser, pytest.mark.database]


async def test_shift_enter_breaks_the_line_and_enter_sends(visit):
    page = await visit(script=SCRIPT)
    field = page.get_by_role("textbox")
    await expect(field).to_be_focused()
    await field.press_sequentially("first")
    await field.press("Shift+Enter")
    await field.press_sequentially("second")
    await expect(field).to_have_value("first\nsecond")
    await field.press("Enter")
    await expect(field).to_have_value("")
    assert (await (await call(page)).look("sent"))["message"] == "first\nsecond"
    await expect(customers(page).locator(".text")).to_have_js_property("innerText", "first\nsecond")


@pytest.mark.parametrize("event", [{"isComposing": True}, {"keyCode": 229}])
async def test_the_enter_that_ends_a_composition_does_not_send(visit, event):
    page = await visit(script=SCRIPT)
    field = page.get_by_role("textbox")
    await field.fill("にほん")
    await field.dispatch_event("keydown", {"key": "Enter", "bubbles": True, "cancelable": True, **event})
    await expect(field).to_have_value("にほん")
    await expect(customers(page)).to_have_count(0)
    await field.press("Enter")
    await expect(customers(page)).to_have_count(1)


async def test_a_real_composition_is_sent_only_by_the_next_enter(visit):
    page = await visit(script=SCRIPT)
    field = page.get_by_role("textbox")
    await field.focus()
    keyboard = await page.context.new_cdp_session(page)
    await keyboard.send("Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3})
    await keyboard.send(
        "Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Enter", "windowsVirtualKeyCode": 229}
    )
    await keyboard.send("Input.insertText", {"text": "日本"})
    await expect(field).to_have_value("日本")
    await expect(customers(page)).to_have_count(0)
    await field.press("Enter")
    assert (await (await call(page)).look("sent"))["message"] == "日本"


async def test_an_empty_message_is_not_sent_but_answered(visit):
    page = await visit(script=SCRIPT)
    await say(page, "  \n ")
    await expect(page.get_by_text("Please write a message first.")).to_be_visible()
    await expect(customers(page)).to_have_count(0)
    await page.get_by_role("textbox").press_sequentially("a")
    await expect(page.get_by_text("Please write a message first.")).to_be_hidden()


async def test_the_limit_is_told_before_sending_and_counts_as_the_desk_does(visit):
    page = await visit(script=SCRIPT)
    # Characters beyond the basic plane count once.
    await say(page, "😀" * 4001)
    await expect(page.get_by_text("Your message is too long.")).to_be_visible()
    await expect(page.locator("#count")).to_have_text("4,001 / 4,000")
    await expect(page.get_by_role("button", name="Send")).to_have_attribute("aria-disabled", "true")
    await expect(customers(page)).to_have_count(0)
    await say(page, "😀" * 4000)
    assert len((await (await call(page)).look("sent"))["message"]) == 4000
    await expect(page.locator("#count")).to_be_hidden()


async def test_the_field_grows_with_its_text_and_not_without_end(visit):
    page = await visit()
    field = page.get_by_role("textbox")
    one = (await field.bounding_box())["height"]
    await field.fill("a\nb\nc")
    three = (await field.bounding_box())["height"]
    await field.fill("a\n" * 100)
    many = (await field.bounding_box())["height"]
    assert 44 <= one < three < many <= 220


async def test_the_page_can_be_used_with_the_keyboard_alone(visit):
    page = await visit(script=SCRIPT)
    await page.keyboard.type("Hello")
    await page.keyboard.press("Enter")
    answer = await call(page)
    await answer.begin()
    await answer.delta("A reply")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Stop")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("textbox")).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_role("button", name="Try again")).to_be_focused()
    await page.keyboard.press("Enter")
    again = await call(page, 1)
    await again.begin()
    await again.done("A [reply](https://shop.example/).")
    backwards = [
        page.get_by_role("button", name="No"),
        page.get_by_role("button", name="Yes"),
        page.get_by_role("link", name="reply"),
        page.get_by_role("log"),
        page.get_by_role("button", name="Delete conversation"),
        page.get_by_role("button", name="New conversation"),
        page.get_by_role("combobox", name="Language"),
    ]
    await page.get_by_role("textbox").focus()
    for stop in backwards:
        await page.keyboard.press("Shift+Tab")
        await expect(stop).to_be_focused()
        assert await stop.evaluate("one => getComputedStyle(one).outlineStyle") != "none"
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(page.get_by_role("button", name="Delete conversation")).to_be_focused()
