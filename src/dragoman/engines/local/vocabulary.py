"""What a GGUF file says of its tokenizer and its shape, read without its weights."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dragoman.engines.models.gguf_header import Field, Header, read_header
from dragoman.nouns.errors import OperatorError

# llama_token_attr of llama.cpp: control tokens steer, user-defined ones are parsed as one token.
CONTROL, USER_DEFINED = 3, 4
# Tokens that end a turn in one model family or another; a model may use one that its metadata does not name
# (Qwen2.5 ends a chat turn with <|im_end|> and a document with <|endoftext|>).
_ENDS = ("<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "<|end|>", "<end_of_turn>", "</s>")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the server has to know of the weights.

    Attributes:
        context_tokens: how long a text the model was trained for.
        layers: how many attention layers keep keys and values.
        kv_heads: how many heads of each layer do.
        head_size: the length of a key, and of a value.
        eos: ids of the tokens that end an answer, by their text; the model's own first.
        control_tokens: texts that are read as control tokens wherever they stand.
        bos: the text of the token that begins a document, or empty.
    """

    architecture: str
    context_tokens: int
    layers: int
    kv_heads: int
    head_size: int
    chat_template: str
    bos: str
    eos: dict[str, int]
    control_tokens: tuple[str, ...]


def read_vocabulary(weights: Path) -> Vocabulary:
    """Read it from the GGUF file `weights`.

    Raises:
        OperatorError: the file cannot be read, or is not a language model's.
    """
    header = read_header(weights)
    architecture = header.text("general.architecture") or ""
    context = header.number(f"{architecture}.context_length")
    layers = header.number(f"{architecture}.block_count")
    heads = header.number(f"{architecture}.attention.head_count")
    width = header.number(f"{architecture}.embedding_length")
    tokens = header.fields.get("tokenizer.ggml.tokens")
    if not (context and layers and heads and width and tokens):
        raise OperatorError(f"{weights} has no tokenizer or no context length: it is not a language model's")
    special = _special_tokens(weights, tokens, header.fields.get("tokenizer.ggml.token_type"))
    return Vocabulary(
        architecture=architecture,
        context_tokens=context,
        layers=layers,
        kv_heads=header.number(f"{architecture}.attention.head_count_kv") or heads,
        head_size=header.number(f"{architecture}.attention.key_length") or width // heads,
        chat_template=header.text("tokenizer.chat_template") or "",
        bos=_text_of(header.number("tokenizer.ggml.bos_token_id"), special),
        eos=_ends(header, special),
        control_tokens=tuple(text for text in special if text),
    )


def _ends(header: Header, special: dict[str, int]) -> dict[str, int]:
    named = [header.number(f"tokenizer.ggml.{name}_token_id") for name in ("eos", "eot")]
    own = {text: token for wanted in named for text, token in special.items() if token == wanted}
    return {**own, **{text: special[text] for text in _ENDS if text in special}}


def _text_of(wanted: int | None, special: dict[str, int]) -> str:
    return next((text for text, token in special.items() if token == wanted), "")


def _special_tokens(weights: Path, tokens: Field, types: Field | None) -> dict[str, int]:
    """Return the ids of control and user-defined tokens, by their text."""
    if types is None:
        return {}
    with weights.open("rb") as file:
        texts = _strings(_items(file, tokens))
        kinds = _int32s(_items(file, types))
    return {
        text.decode("utf-8", "replace"): token
        for token, (text, kind) in enumerate(zip(texts, kinds, strict=False))
        if kind in (CONTROL, USER_DEFINED)
    }


def _items(file: BinaryIO, field: Field) -> bytes:
    """Return the items of an array field as they lie in the file: behind key, type, item type and length."""
    file.seek(field.start)
    raw = file.read(field.end - field.start)
    (key_bytes,) = struct.unpack_from("<Q", raw)
    return raw[8 + key_bytes + 4 + 4 + 8 :]


def _strings(raw: bytes) -> list[bytes]:
    texts: list[bytes] = []
    at = 0
    size_of = struct.Struct("<Q").unpack_from
    while at < len(raw):
        (size,) = size_of(raw, at)
        texts.append(raw[at + 8 : at + 8 + size])
        at += 8 + size
    return texts


def _int32s(raw: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(raw) // 4}i", raw)
