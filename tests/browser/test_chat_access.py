"""The chat page for everyone: languages and directions, screen readers, small screens, dark rooms."""

import tomllib
from pathlib import Path

import pytest
from playwright.async_api import expect

from dragoman.languages.registry import LANGUAGES

from .wire import SCRIPT, call, customers, replies, say

pytestmark = [pytest.mark.browser, pytest.mark.database]

PHONE = {"width": 360, "height": 740}
CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
RECORD = """() => {
  window.heard = [];
  const announcer = document.getElementById("announcer");
  new MutationObserver(() => window.heard.push(announcer.textContent)).observe(announcer, { childList: true });
}"""


def phrase(language, name):
    folder = Path(__file__).parents[2] / "src/dragoman/languages/phrases"
    return tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8"))["chat"][name]


async def edges(locator):
    box = await locator.bounding_box()
    return box["x"], box["x"] + box["width"]


async def test_a_screen_reader_hears_each_reply_once_and_whole(visit):
    page = await visit(script=SCRIPT)
    await page.evaluate(RECORD)
    await say(page, "Hello")
    answer = await call(page)
    await answer.begin("de")
    for piece in ("Ja, ", "nach ", "Norwegen."):
        await answer.delta(piece)
    await expect(replies(page).locator(".text")).to_have_text("Ja, nach Norwegen.")
    await answer.done("Ja, nach Norwegen.", "de")
    await expect(page.locator("#announcer")).to_have_text("Ja, nach Norwegen.")
    await expect(page.locator("#announcer")).to_have_attribute("lang", "de")
    assert await page.evaluate("window.heard") == ["Writing…", "Ja, nach Norwegen."]


async def test_a_source_that_brings_its_words_opens_to_show_them_and_nothing_of_them_is_markup(visit):
    page = await visit(script=SCRIPT)
    await say(page, "Hallo")
    answer = await call(page)
    await answer.begin()
    words = "Repairs cost <b>€19</b>."
    source = {"document": "d", "title": "Repairs", "url": None, "quote": words, "language": "en"}
    await answer.done("Reparatur: **19 €**", "de", citations=[source])
    quoted = page.get_by_text(words)
    await expect(quoted).to_be_hidden()
    await page.get_by_text("Repairs", exact=True).click()
    await expect(quoted).to_be_visible()
    await expect(quoted).to_have_attribute("lang", "en")


async def test_everything_has_its_place_and_its_name(visit):
    page = await visit(script=SCRIPT)
    await say(page, "Hello")
    answer = await call(page)
    await answer.begin()
    await answer.done(
        "A reply.", citations=[{"document": "d", "title": "Returns", "url": "https://shop.example/r"}]
    )
    await expect(page.locator("body")).to_match_aria_snapshot(
        """
        - banner:
          - heading "Dragoman" [level=1]
          - paragraph: "Answer language: English"
          - text: Language
          - combobox "Language"
          - button "New conversation"
          - button "Delete conversation"
        - main:
          - log "Conversation":
            - heading "Assistant" [level=2]
            - paragraph: Hello! How can I help you?
            - heading "You" [level=2]
            - text: Hello
            - heading "Assistant" [level=2]
            - paragraph: A reply.
            - heading "Sources" [level=3]
            - list:
              - listitem:
                - link "Returns"
            - group "Was this helpful?":
              - status: Was this helpful?
              - button "Yes"
              - button "No"
          - status
          - textbox "Write a message…"
          - button "Send"
          - paragraph:
            - status
        - status: A reply.
        """
    )


async def test_a_language_can_be_chosen_and_the_page_follows(visit, scripted):
    scripted.reply("نعم، خلال خمسة أيام.")
    page = await visit()
    choice = page.get_by_role("combobox", name="Language")
    assert await choice.locator("option").count() == 1 + len(LANGUAGES)
    await choice.select_option(label="العربية")
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(page.locator("html")).to_have_attribute("lang", "ar")
    await expect(page.get_by_text(phrase("ar", "greeting"))).to_be_visible()
    await say(page, "Do you deliver to Norway?")
    text = replies(page).locator(".text")
    await expect(text).to_have_text("نعم، خلال خمسة أيام.")
    await expect(text).to_have_attribute("dir", "rtl")
    await expect(text).to_have_attribute("lang", "ar")
    await page.reload()
    await expect(page.get_by_text(phrase("ar", "greeting"))).to_be_visible()
    await expect(page.get_by_text("Do you deliver to Norway?")).to_be_visible()
    await page.locator("#language").select_option("")
    await expect(page.get_by_text("Hello! How can I help you?")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("dir", "ltr")
    await page.reload()
    await expect(customers(page)).to_have_count(1)
    await expect(page.locator("#language")).to_have_value("")


async def test_every_message_runs_in_its_own_direction(visit):
    page = await visit(script=SCRIPT, viewport=PHONE)
    await say(page, "كم تكلفة التوصيل؟")
    answer = await call(page)
    await answer.begin("ar")
    await answer.done("التوصيل مجاني.\n\n١. أولًا", "ar")
    reply, said = replies(page).locator(".text"), customers(page).locator(".text")
    await expect(reply).to_have_css("direction", "rtl")
    await expect(said).to_have_css("direction", "rtl")
    # The page itself still runs left to right: the reply stands at the left, the customer's words at the right.
    start, end = await edges(replies(page).locator(".bubble"))
    said_start, said_end = await edges(customers(page).locator(".bubble"))
    assert start < said_start
    assert end < said_end
    await say(page, "And in English?")
    await expect(customers(page).last.locator(".text")).to_have_css("direction", "ltr")


async def test_a_page_from_right_to_left_is_mirrored(visit):
    page = await visit(script=SCRIPT, locale="he", viewport=PHONE)
    await say(page, "Hello")
    answer = await call(page)
    await answer.begin()
    await answer.done("A reply in English.")
    await expect(replies(page).locator(".text")).to_have_css("direction", "ltr")
    start, end = await edges(replies(page).locator(".bubble"))
    said_start, said_end = await edges(customers(page).locator(".bubble"))
    assert said_start < start
    assert said_end < end
    send, field = await edges(page.locator("#send")), await edges(page.get_by_role("textbox"))
    assert send[0] < field[0]


@pytest.mark.parametrize("width", [320, 360])
async def test_in_every_language_the_page_fits_a_phone(visit, width):
    page = await visit(script=SCRIPT, viewport={"width": width, "height": 640})
    await say(page, "https://shop.example/" + "a" * 80)
    answer = await call(page)
    await answer.begin()
    await answer.event("error", code="engine_failed", text="The answer broke off.")
    await expect(page.get_by_role("button", name="Try again")).to_be_visible()
    wrong = {}
    for code in LANGUAGES:
        await page.locator("#language").select_option(code)
        await expect(page.locator("html")).to_have_attribute("lang", code)
        await expect(page.locator("#messages .reply .note button")).to_have_text(phrase(code, "retry"))
        wide = "one => one.scrollWidth > one.clientWidth"
        for place in ("html", "#scroller", ".bar-inner", ".foot"):
            if await page.locator(place).evaluate(wide):
                wrong.setdefault(code, []).append(place)
    assert wrong == {}


async def test_what_is_pressed_is_large_enough(visit):
    page = await visit(script=SCRIPT, viewport=PHONE)
    await say(page, "Hello")
    answer = await call(page)
    await answer.begin()
    await answer.done("A reply.")
    await say(page, "Again")
    await (await call(page, 1)).begin()
    seen = 0
    for pressed in await page.locator("button:visible, select:visible").all():
        box = await pressed.bounding_box()
        assert box["width"] >= 44, await pressed.get_attribute("aria-label")
        assert box["height"] >= 44, await pressed.get_attribute("aria-label")
        seen += 1
    assert seen == 7


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_words_stand_out_from_their_background(visit, scripted, scheme):
    scripted.stands_in_for = "another"
    page = await visit(script=SCRIPT, color_scheme=scheme, reduced_motion="reduce")
    visit.failing_requests = True
    await say(page, "Overtaken")
    overtaken = await call(page)
    await overtaken.begin()
    await overtaken.delta("Half")
    await expect(replies(page).locator(".text")).to_have_text("Half")
    await say(page, "Hello")
    answer = await call(page, 1)
    await answer.begin()
    await answer.done(
        "See [us](https://shop.example/), `code`\n\n> quoted", citations=[{"document": "d", "title": "T"}]
    )
    await say(page, "More")
    failing = await call(page, 2)
    await failing.lose()
    await expect(page.locator("#status")).to_have_text("Connection lost. Trying again…")
    assert await page.evaluate(CONTRAST) == []
    failing = await call(page, 3)
    await failing.begin()
    await failing.event("error", code="engine_failed", text="It broke.")
    await page.get_by_role("textbox").fill("x" * 4001)
    await expect(replies(page).last.locator(".note")).to_contain_text("It broke.")
    assert await page.evaluate(CONTRAST) == []
    await page.get_by_role("button", name="Delete conversation").click()
    assert await page.evaluate(CONTRAST) == []


async def test_a_reader_who_has_gone_back_is_left_alone(visit):
    page = await visit(script=SCRIPT, viewport=PHONE)
    scroller = page.get_by_role("log")
    await say(page, "Hello")
    answer = await call(page)
    await answer.begin()
    distance = "one => one.scrollHeight - one.scrollTop - one.clientHeight"
    for line in range(40):
        await answer.delta(f"Line {line}\n\n")
    await expect(replies(page).locator(".text")).to_contain_text("Line 39")
    assert await scroller.evaluate(distance) <= 1
    await scroller.hover()
    await page.mouse.wheel(0, -300)
    await expect(page.locator("#to-end")).to_be_visible()
    before = await scroller.evaluate("one => one.scrollTop")
    await answer.delta("And more.\n\nAnd more.")
    await expect(replies(page).locator(".text")).to_contain_text("And more.")
    assert await scroller.evaluate("one => one.scrollTop") == before
    await page.locator("#to-end").click()
    await expect(page.locator("#to-end")).to_be_hidden()
    assert await scroller.evaluate(distance) <= 1


async def test_motion_is_spared_those_who_ask_for_it(visit):
    page = await visit(script=SCRIPT, reduced_motion="reduce")
    await say(page, "Hello")
    await expect(page.locator(".writing i").first).to_be_visible()
    assert await page.evaluate("document.getAnimations().length") == 0


async def test_without_scripts_the_page_says_so_in_the_visitors_language(desk):
    # Chromium decides at its start whether a page's <noscript> is shown: what it would show is looked at instead.
    html = (await desk.client.get("/", headers={"Accept-Language": "ja"})).text
    told = html.partition("<noscript>")[2].partition("</noscript>")[0]
    assert phrase("ja", "needs_javascript") in told
    assert phrase("ja", "greeting") in html


async def test_a_browser_that_allows_little_can_still_chat(visit, scripted):
    scripted.reply("The answer.")
    # Cookies blocked, and a desk reached without TLS.
    forbidden = """
      Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no"); } });
      delete Crypto.prototype.randomUUID;
    """
    page = await visit(script=forbidden)
    await say(page, "What does delivery cost?")
    await expect(replies(page).locator(".text")).to_have_text("The answer.")
