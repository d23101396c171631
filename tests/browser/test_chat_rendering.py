"""What a reply or a message may make the page show, and what never."""

import pytest
from playwright.async_api import expect

from dragoman.testing.pytest_browser import opening
from dragoman.testing.pytest_desk import serving_desk

from .wire import customers, replies, say

pytestmark = [pytest.mark.browser, pytest.mark.database]

HOSTILE = (
    "<script>document.title = 'taken'</script> <img src=x onerror=\"document.title = 'taken'\"> "
    "[here](javascript:document.title='taken') ![p](https://elsewhere.example/p.png) "
    '<a href="data:text/html,x">y</a> </script><!-- &lt;b&gt;'
)
LINK = 'target="_blank" rel="noopener noreferrer nofollow"'


def link(href, words, title=None):
    titled = f' title="{title}"' if title else ""
    return f'<a href="{href}" {LINK}{titled}>{words}</a>'


SHOWN = {
    "two\n\nparagraphs": "<p>two</p><p>paragraphs</p>",
    "**bold** __too__ *slanted* _too_": "<p><strong>bold</strong> <strong>too</strong> <em>slanted</em> <em>too</em></p>",
    "**bold with *both* in it**": "<p><strong>bold with <em>both</em> in it</strong></p>",
    "2 * 3 * 4 and snake_case_name and **open": "<p>2 * 3 * 4 and snake_case_name and **open</p>",
    r"\*as it is\*": "<p>*as it is*</p>",
    "`a < b`": '<p><code dir="ltr">a &lt; b</code></p>',
    "```py\n**x**\n\n<b>\n```\nafter": (
        '<pre dir="ltr" tabindex="0"><code>**x**\n\n&lt;b&gt;</code></pre><p>after</p>'
    ),
    "## Returns ##\ntext": "<h3>Returns</h3><p>text</p>",
    "> said\n> so": "<blockquote>said\nso</blockquote>",
    "- a\n- b\n  - c\n- d": "<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>",
    "text\n1. a\n2. b": '<p>text</p><ol start="1" style="list-style-type: decimal;"><li>a</li><li>b</li></ol>',
    "3) a": '<ol start="3" style="list-style-type: decimal;"><li>a</li></ol>',
    "١. أ\n٢. ب": '<ol start="1" style="list-style-type: arabic-indic;"><li>أ</li><li>ب</li></ol>',
    "1、打开\n2、选择": '<ol start="1" style="list-style-type: decimal;"><li>打开</li><li>选择</li></ol>',
    "1.5 kg": "<p>1.5 kg</p>",
    "[us](https://shop.example/a)": "<p>"
    + link("https://shop.example/a", "us", "https://shop.example/a")
    + "</p>",
    "See https://shop.example/a?b=1.": "<p>See "
    + link("https://shop.example/a?b=1", "https://shop.example/a?b=1")
    + ".</p>",
    "(https://shop.example/a_(b))": "<p>("
    + link("https://shop.example/a_(b)", "https://shop.example/a_(b)")
    + ")</p>",
    "请看https://shop.example/a。": "<p>请看"
    + link("https://shop.example/a", "https://shop.example/a")
    + "。</p>",
    "www.shop.example/": "<p>"
    + link("https://www.shop.example/", "www.shop.example/", "https://www.shop.example/")
    + "</p>",
    "help@shop.example!": "<p>"
    + link("mailto:help@shop.example", "help@shop.example", "mailto:help@shop.example")
    + "!</p>",
    "![cat](https://shop.example/c.png)": "<p>"
    + link("https://shop.example/c.png", "cat", "https://shop.example/c.png")
    + "</p>",
    "[x](javascript:alert(1))": "<p>[x](javascript:alert(1))</p>",
    "[x](data:text/html,y)": "<p>[x](data:text/html,y)</p>",
    "[bank](https://bank.example@evil.example/)": "<p>[bank](https://bank.example@evil.example/)</p>",
    "<b onclick=x>&amp;</b>": "<p>&lt;b onclick=x&gt;&amp;amp;&lt;/b&gt;</p>",
}
RENDER = """async (texts) => {
  const { MarkdownView } = await import("/page/markdown.js");
  return texts.map((text) => {
    const root = document.createElement("div");
    new MarkdownView(root).show(text);
    return root.innerHTML;
  });
}"""


async def test_markdown_becomes_what_it_means(visit):
    page = await visit()
    assert dict(zip(SHOWN, await page.evaluate(RENDER, list(SHOWN)), strict=True)) == SHOWN


async def test_texts_made_to_be_slow_are_shown_all_the_same(visit):
    page = await visit()
    marks = ("*x _x ", "**", "[a](", "`", "![", "_a*b", "www.", "a@", "https://(", "https://a.")
    texts = [mark * 20_000 for mark in marks] + [
        "https://a" + "." * 100_000 + "b",
        "https://" + ")" * 100_000,
    ]
    shown = await page.evaluate(RENDER, texts)
    assert all(shown)


async def test_blocks_already_read_stay_the_same_nodes(visit):
    page = await visit()
    assert await page.evaluate(
        """async () => {
          const { MarkdownView } = await import("/page/markdown.js");
          const root = document.createElement("div");
          const view = new MarkdownView(root);
          view.show("first\\n\\n- a\\n- b\\n\\nlast wo");
          const [first, list, last] = root.children;
          view.show("first\\n\\n- a\\n- b\\n\\nlast word");
          return root.children[0] === first && root.children[1] === list && root.children[2] !== last;
        }"""
    )


async def test_markup_in_a_reply_or_a_message_is_shown_as_text(visit, scripted):
    scripted.reply(HOSTILE)
    page = await visit()
    await say(page, f"What is this? {HOSTILE}")
    await expect(customers(page).locator(".text")).to_contain_text(
        "<script>document.title = 'taken'</script>"
    )
    text = replies(page).locator(".text")
    await expect(text).to_contain_text("<img src=x onerror=\"document.title = 'taken'\">")
    await expect(text.locator("script, img, iframe, object, style")).to_have_count(0)
    await expect(text.locator("a:not([href^='https://'])")).to_have_count(0)
    # What came from the desk's log is no more trusted than what came from the stream.
    await page.reload()
    await expect(text).to_contain_text("onerror")
    await expect(page.locator("#messages").locator("script, img")).to_have_count(0)
    assert await page.title() == "Dragoman"


async def test_a_name_of_the_desk_is_text_too(database_url, browser, scripted):
    name = "</script><script>document.title='x'</script>"
    async with (
        serving_desk(database_url, scripted, desk={"name": name}) as desk,
        opening(browser, desk.url) as visit,
    ):
        page = await visit()
        await expect(page.get_by_role("heading", level=1)).to_have_text(name)
        assert await page.title() == name
