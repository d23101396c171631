"""Documents made by code: small ones, broken ones, and ones made to do harm."""

import io
import zipfile
from collections.abc import Mapping, Sequence

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
XML = '<?xml version="1.0" encoding="UTF-8"?>'


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def relations(*pairs: tuple[str, str]) -> str:
    ones = "".join(
        f'<Relationship Id="rId{n}" Type="{R}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(pairs, 1)
    )
    return f'{XML}<Relationships xmlns="{RELS}">{ones}</Relationships>'


def types() -> str:
    return (
        f'{XML}<Types xmlns="{TYPES}"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
    )


def docx(
    blocks: Sequence[tuple[int, str]], *, before: str = "", more: Mapping[str, str | bytes] | None = None
) -> bytes:
    """Return a Word file of paragraphs, each with its heading's level or 0."""
    styles = [f'<w:pPr><w:pStyle w:val="Heading{level}"/></w:pPr>' if level else "" for level, _ in blocks]
    body = "".join(
        f'<w:p>{style}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
        for style, (_, text) in zip(styles, blocks, strict=True)
    )
    return zipped(
        {
            "[Content_Types].xml": types(),
            "_rels/.rels": relations(("officeDocument", "word/document.xml")),
            "word/document.xml": f'{XML}{before}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
            **(more or {}),
        }
    )


def pptx(slides: Sequence[tuple[str, str]]) -> bytes:
    """Return a presentation of slides with a title and a text each."""

    def shape(text: str, kind: str) -> str:
        return (
            f'<p:sp><p:nvSpPr><p:cNvPr id="1" name="x"/><p:cNvSpPr/><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>'
            f"<p:spPr/><p:txBody><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
        )

    members: dict[str, str | bytes] = {
        "[Content_Types].xml": types(),
        "_rels/.rels": relations(("officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f'{XML}<p:presentation xmlns:p="{P}" xmlns:r="{R}"><p:sldIdLst>'
        + "".join(f'<p:sldId id="{255 + n}" r:id="rId{n}"/>' for n in range(1, len(slides) + 1))
        + "</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(
            *(("slide", f"slides/slide{n}.xml") for n in range(1, len(slides) + 1))
        ),
    }
    for n, (title, text) in enumerate(slides, 1):
        members[f"ppt/slides/slide{n}.xml"] = (
            f'{XML}<p:sld xmlns:p="{P}" xmlns:a="{A}"><p:cSld><p:spTree>'
            f"{shape(title, 'title')}{shape(text, 'body')}</p:spTree></p:cSld></p:sld>"
        )
    return zipped(members)


def pdf(lines: Sequence[str], *, trailer: str = "") -> bytes:
    """Return a PDF of one page in Helvetica."""
    shown = "BT /F1 12 Tf 72 720 Td 14 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(shown)}>>stream\n{shown}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        # Standard security handler, version 1: a password that nobody has.
        f"<</Filter/Standard/V 1/R 2/P -4/O<{'41' * 32}>/U<{'42' * 32}>>>",
    ]
    out, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    start = out.index("xref\n0")
    return f"{out}trailer<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF".encode(
        "latin-1"
    )


def locked_pdf() -> bytes:
    return pdf(["secret"], trailer=f"/Encrypt 6 0 R/ID[<{'43' * 16}><{'43' * 16}>]")


def locked_zip() -> bytes:
    """Return a Word file whose directory says that its members are encrypted."""
    data = bytearray(docx([(0, "secret")]))
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 1)
    return bytes(data)


def bomb(size: int) -> bytes:
    """Return a Word file of some kilobytes that unpacks to `size` bytes of text."""
    return docx([(0, "a" * size)])


def lying_bomb(size: int) -> bytes:
    """Return a bomb whose directory says that it is small."""
    data = bytearray(bomb(size))
    at = data.rfind(b"word/document.xml")
    entry = data.rfind(b"PK\x01\x02", 0, at)
    data[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    return bytes(data)


def sparse_xlsx() -> bytes:
    """Return a workbook of two cells, at the two far corners of a sheet."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return zipped(
        {
            "[Content_Types].xml": types(),
            "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f'{XML}<workbook xmlns="{main}" xmlns:r="{R}"><sheets><sheet name="a" sheetId="1" r:id="rId1"/>'
            "</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": relations(("worksheet", "worksheets/sheet1.xml")),
            "xl/worksheets/sheet1.xml": f'{XML}<worksheet xmlns="{main}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
            '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData></worksheet>',
        }
    )
