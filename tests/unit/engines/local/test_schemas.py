import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.engines.local.errors import ApiError
from dragoman.engines.local.grammar import _integers, grammar_of
from dragoman.engines.local.schemas import supported


def held_to(schema: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": schema}, "required": ["a"]}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"type": 5},
        {"type": "string", "pattern": "a+"},
        {"type": "number", "minimum": 1},
        {"type": "integer", "minimum": 5, "maximum": 4},
        {"type": "integer", "minimum": 0.5},
        {"type": "string", "minLength": 3, "maxLength": 2},
        {"type": "array", "maxItems": 10**9},
        {"type": "object", "properties": [], "required": []},
        {"type": "object", "properties": {}, "required": ["b"]},
        {"enum": []},
        {"anyOf": {}},
        {"$ref": "#/$defs/none"},
        {"$ref": "https://elsewhere.example/schema"},
        {"$ref": 7},
        {"not": {"type": "string"}},
        {"allOf": [{"type": "string"}, {"maxLength": 3}]},
        {"anyOf": [{"type": "string"}], "minLength": 3},
        False,
        "string",
        None,
    ],
)
def test_what_cannot_be_held_to_is_refused_by_its_place(schema: Any) -> None:
    with pytest.raises(ApiError) as refused:
        supported(held_to(schema))
    assert refused.value.status == 400
    assert refused.value.param is not None
    assert ".properties.a" in refused.value.param


def test_the_top_must_be_an_object() -> None:
    with pytest.raises(ApiError):
        supported({"type": "string"})


def test_a_schema_without_end_is_refused() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(200):
        schema = {"type": "array", "items": schema}
    with pytest.raises(ApiError):
        supported(held_to(schema))


def test_notes_are_left_out_and_a_reference_may_lead_back() -> None:
    schema = {
        "$schema": "x",
        "title": "A tree",
        "type": "object",
        "properties": {
            "next": {"anyOf": [{"$ref": "#/definitions/tree"}, {"type": "null"}], "description": "d"}
        },
        "required": ["next"],
        "definitions": {"tree": held_to({"anyOf": [{"$ref": "#/definitions/tree"}, {"const": 1}]})},
    }
    read = supported(schema)
    assert set(read) == {"type", "properties", "required", "additionalProperties", "$defs"}
    assert "def0 ::= " in grammar_of(read)


@given(st.integers(-2000, 2000), st.integers(0, 3000), st.integers(-3000, 3000))
def test_ranges_of_whole_numbers(low: int, width: int, number: int) -> None:
    """The grammar of a range, read as a regular expression, takes its numbers and no others."""
    pattern = re.sub(r"[\" ]", "", _integers(low, low + width))
    taken = re.fullmatch(pattern, str(number)) is not None
    assert taken is (low <= number <= low + width)
