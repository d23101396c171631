"""Lift the limit that OpenVINO GenAI builds into the tokenizers it makes from GGUF files.

They cut every text to its first 8,192 tokens, silently (`MAX_LENGTH` in its `gguf_tokenizer.cpp`, applied as a
`Minimum` with a constant, which no option reaches). A longer prompt has to be refused or read, so the constant is
replaced in the saved tokenizer.
"""

import struct
from pathlib import Path
from xml.etree import ElementTree as ET

BUILT_IN_LIMIT = 8192
UNLIMITED = 1 << 30


def lift(tokenizer: Path) -> None:
    """Replace the limit in a saved tokenizer: `tokenizer` is its .xml, its numbers lie beside it as .bin.

    Raises:
        ValueError: there is no such limit, so the tokenizer is not what is expected here.
    """
    # The file was written a moment ago by our own process, so the parser meets nothing hostile.
    tree = ET.parse(tokenizer)  # noqa: S314
    numbers = tokenizer.with_suffix(".bin")
    limits = [data for data in _limit_constants(tree) if _value(numbers, data) == BUILT_IN_LIMIT]
    if len(limits) != 1:
        raise ValueError(
            f"{len(limits)} limits of {BUILT_IN_LIMIT} tokens in the tokenizer, where one is expected"
        )
    # Equal constants share their bytes: a new one goes to the end.
    limits[0].set("offset", str(numbers.stat().st_size))
    with numbers.open("ab") as file:
        file.write(struct.pack("<i", UNLIMITED))
    tree.write(tokenizer, encoding="utf-8", xml_declaration=True)


def _limit_constants(tree: "ET.ElementTree[ET.Element]") -> list[ET.Element]:
    """Return where the constants lie that a `Minimum` takes."""
    layers = {layer.get("id"): layer for layer in tree.iterfind("./layers/layer")}
    found: list[ET.Element] = []
    for edge in tree.iterfind("./edges/edge"):
        source, target = layers[edge.get("from-layer")], layers[edge.get("to-layer")]
        data = source.find("data")
        if target.get("type") == "Minimum" and source.get("type") == "Const" and data is not None:
            found.append(data)
    return found


def _value(numbers: Path, data: ET.Element) -> int | None:
    if data.get("element_type") != "i32" or data.get("size") != "4":
        return None
    with numbers.open("rb") as file:
        file.seek(int(data.get("offset", "0")))
        (value,) = struct.unpack("<i", file.read(4))
    return value
