from pathlib import Path

import openpyxl
import pytest

from dragoman.knowledge.reading.base import ReadDocument, Section
from dragoman.knowledge.reading.office import ARABIC_PDF, _much_arabic
from dragoman.knowledge.reading.read import read_document
from dragoman.nouns.errors import KnowledgeRefusedError

from .documents import docx, pdf, pptx

MARKDOWN = """---
title: "Shipping and returns"
topic: shipping
language: de
url: https://shop.example/shipping
---
# Shop

We ship *within*
3.5 days, see [terms](https://shop.example/terms) or [write](mailto:help@shop.example).

## Returns

You need:

- the box
  1. unopened
- the `bill`

| Country | Price |
|---|---|
| Austria | 5 € |
| Italy | |

### 期限

三十天
之内。
<!-- not for readers -->
"""

PAGE = """<!doctype html><html lang="fr-FR"><head><title>Livraison – Boutique</title><style>p {}</style></head><body>
<nav><a href="/">Menu</a></nav><header>Boutique</header>
<main><h1>Livraison</h1><p>Nous livrons en <b>3</b> jours.<br>Écrivez à <a href="mailto:aide@shop.example">nous</a>.</p>
<p style="display: none">caché un</p><p hidden>caché deux</p><span class="sr-only">caché trois</span><div aria-hidden="true">caché quatre</div>
<script>caché("cinq")</script>
<h2>Prix</h2><ul><li>France : 5 €</li><li><p>Suisse : 9 €</p></li></ul>
<table><tr><th>Pays</th><th>Prix</th></tr><tr><td>Italie</td><td>7 €</td></tr></table></main>
<footer>Mentions</footer></body></html>"""


async def read(data: bytes | str | Path, name: str, **more: str) -> ReadDocument:
    as_given = bytes(data, "utf-8") if isinstance(data, str) else data
    return await read_document(as_given, name=name, **more)


async def test_markdown() -> None:
    found = await read(MARKDOWN, "shipping.md")
    assert (found.title, found.topic, found.url) == (
        "Shipping and returns",
        "shipping",
        "https://shop.example/shipping",
    )
    assert found.sections == (
        Section(
            (),
            "We ship within 3.5 days, see terms (https://shop.example/terms) or write (help@shop.example).",
            "de",
        ),
        Section(
            ("Returns",),
            "You need:\n\n- the box\n1. unopened\n- the bill\n\nCountry: Austria; Price: 5 €\nCountry: Italy",
            "de",
        ),
        Section(("Returns", "期限"), "三十天之内。", "de"),
    )


async def test_a_title_is_the_only_highest_heading_that_the_text_begins_with() -> None:
    assert (await read("# A\n\nx\n\n# B\n\ny", "two.md")).title == "two"
    found = await read("# A\n\nx\n\n## B\n\ny", "one.md")
    assert found.title == "A"
    assert [section.headings for section in found.sections] == [(), ("B",)]


async def test_html_without_menus_and_hidden_text() -> None:
    found = await read(PAGE, "page.html", url="https://shop.example/fr")
    assert found.title == "Livraison"
    assert found.url == "https://shop.example/fr"
    assert found.sections == (
        Section((), "Nous livrons en 3 jours.\nÉcrivez à nous (aide@shop.example).", "fr"),
        Section(("Prix",), "- France : 5 €\n- Suisse : 9 €\n\nPays: Italie; Prix: 7 €", "fr"),
    )


async def test_a_page_without_a_main_part_loses_its_menus_and_hidden_text() -> None:
    text = "We deliver to all countries within five days, and you may return what you do not like. " * 6
    found = await read(
        f"<body><div class=menu><nav>Menu</nav></div><h1>Delivery</h1><p>{text}</p><p hidden>hidden</p></body>",
        "x.html",
    )
    whole = " ".join(section.text for section in found.sections)
    assert text.strip() in whole
    assert "hidden" not in whole
    assert "Menu" not in whole


async def test_an_addresses_media_type_counts_more_than_its_ending() -> None:
    found = await read("<p>Hi.</p>", "https://x.example/page.md", media_type="text/html; charset=utf-8")
    assert found.sections[0].text == "Hi."
    with pytest.raises(KnowledgeRefusedError, match="image/png"):
        await read("x", "https://x.example/page", media_type="image/png")


async def test_word() -> None:
    found = await read(
        docx([(1, "Guide"), (0, "We ship 5*3 = 15 things."), (2, "Returns"), (0, "30 days.")]), "g.docx"
    )
    assert found.title == "Guide"
    assert found.sections == (Section((), "We ship 5*3 = 15 things."), Section(("Returns",), "30 days."))


async def test_powerpoint() -> None:
    found = await read(pptx([("Delivery", "Within 3 days."), ("Returns", "Within 30 days.")]), "slides.pptx")
    whole = "\n".join(f"{section.headings} {section.text}" for section in found.sections)
    assert all(one in whole for one in ("Delivery", "Within 3 days.", "Returns", "Within 30 days."))


async def test_pdf() -> None:
    found = await read(
        pdf(["We deliver within three days, which", "is fast.", "", "", "Returns take 30 days."]), "x.pdf"
    )
    whole = "\n".join(section.text for section in found.sections)
    assert "We deliver within three days, which is fast." in whole
    assert "Returns take 30 days." in whole


def test_arabic_out_of_a_pdf_comes_with_a_warning() -> None:
    assert _much_arabic("الشحن خلال ثلاثة أيام")
    assert not _much_arabic("We ship within three days")
    assert "docx" in ARABIC_PDF


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
async def test_text_in_every_form_of_unicode(encoding: str) -> None:
    found = await read("Größe: 5 €\n\nДа.".encode(encoding), "a.txt")
    assert found.sections == (Section((), "Größe: 5 €\n\nДа."),)
    assert not found.warnings


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        (
            "cp1252",
            "Die Lieferung dauert für Österreich länger: fünf Tage, über Weihnachten natürlich größer.",
        ),
        ("cp1251", "Доставка занимает три дня, возврат возможен в течение месяца после покупки."),
        ("gb18030", "我们在三天之内送货，您可以在一个月之内退货。请联系我们的客服。"),
        ("cp932", "配送は三日以内です。返品は一か月以内にお願いします。お問い合わせください。"),
        ("cp949", "배송은 삼 일 안에 됩니다. 반품은 한 달 안에 해 주세요. 문의해 주세요."),
        ("cp1256", "الشحن خلال ثلاثة أيام ويمكنك إرجاع المنتج خلال شهر واحد من الشراء."),
    ],
)
async def test_old_encodings_are_guessed_with_a_warning(encoding: str, text: str) -> None:
    found = await read(text.encode(encoding), "old.txt")
    assert found.sections[0].text == text
    assert "guessed" in found.warnings[0]


async def test_a_pages_own_word_on_its_encoding_is_believed() -> None:
    page = '<html><head><meta charset="windows-1251"></head><body><p>Да.</p></body></html>'
    assert (await read(page.encode("cp1251"), "a.html")).sections[0].text == "Да."
    headed = await read("<p>Да.</p>".encode("cp1251"), "a.html", media_type="text/html; charset=windows-1251")
    assert headed.sections[0].text == "Да."


async def test_text_is_cleaned() -> None:
    found = await read("a\u200bb\u202e \x07c\r\n" + "d" * 100, "a.txt")
    assert found.sections[0].text == "ab c\n" + "d" * 100


async def test_a_file_on_disk_is_read_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "Über uns.txt"
    path.write_text("Hello.", encoding="utf-8")
    assert (await read(path, path.name)).title == "Über uns"


async def test_a_workbook_has_its_sheets_as_headings(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Prices"
    for row in (["Country", "Price", "Since"], ["Austria", 5.0, None], ["Italy", 7.25, True]):
        book.active.append(row)
    faq = book.create_sheet("FAQ")
    faq.append(["Question", "Answer"])
    faq.append(["How long?", "3 days."])
    hidden = book.create_sheet("Internal")
    hidden.append(["secret", "x"])
    hidden.append(["1", "2"])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "shop.xlsx")
    found = await read(tmp_path / "shop.xlsx", "shop.xlsx")
    assert found.sections == (
        Section(("Prices",), "Country: Austria; Price: 5\nCountry: Italy; Price: 7.25; Since: true"),
    )
    assert [(row.question, row.answer) for row in found.qa] == [("How long?", "3 days.")]
