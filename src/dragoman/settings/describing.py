"""What a setting takes, in words: for error lines and for the reference."""

import types
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import AfterValidator, BaseModel, SecretStr
from pydantic.fields import FieldInfo

from dragoman.settings.groups import HttpUrl, Settings

_WORDS: Mapping[object, str] = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text",
    SecretStr: "text",
    Path: "a path",
}


@cache
def fields() -> Mapping[str, FieldInfo]:
    """Return every setting by `section.name`, in the order of the groups."""
    return {
        f"{section}.{name}": field
        for section, group in groups().items()
        for name, field in group.model_fields.items()
    }


@cache
def groups() -> Mapping[str, type[BaseModel]]:
    """Return the groups by section, in order."""
    found: dict[str, type[BaseModel]] = {}
    for section, field in Settings.model_fields.items():
        assert isinstance(field.annotation, type)
        assert issubclass(field.annotation, BaseModel)
        found[section] = field.annotation
    return found


def is_list(key: str) -> bool:
    """Tell whether a setting takes a list; False for an unknown one."""
    return key in fields() and get_origin(fields()[key].annotation) is tuple


def expectation(key: str) -> str:
    """Say what a setting takes, with its bounds: `a whole number, 0 to 65535`."""
    field = fields()[key]
    return f"{_kind(field.annotation, field.metadata)}{_bounds(field.metadata)}"


def _kind(annotation: Any, metadata: list[Any]) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        kinds = [_kind(argument, metadata) for argument in arguments if argument is not type(None)]
        return ", or ".join(kinds)
    if annotation == HttpUrl or any(
        rule in metadata for rule in get_args(HttpUrl) if isinstance(rule, AfterValidator)
    ):
        return "an address beginning with http:// or https://"
    if origin is Annotated:
        return _kind(arguments[0], metadata)
    if origin is tuple:
        return f"a list, each {_kind(arguments[0], metadata)}"
    if origin is Literal:
        return f"one of {', '.join(map(str, arguments))}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"a table of {', '.join(annotation.model_fields)}"
    return _WORDS[annotation]


def _bounds(metadata: list[Any]) -> str:
    rules: dict[type[Any], Any] = {type(rule): rule for rule in metadata}
    low, high = rules.get(annotated_types.Ge), rules.get(annotated_types.Le)
    if low is not None and high is not None:
        return f", {low.ge:g} to {high.le:g}" if isinstance(low.ge, float) else f", {low.ge} to {high.le}"
    if low is not None:
        return f", {low.ge} or more"
    above = rules.get(annotated_types.Gt)
    longest = rules.get(annotated_types.MaxLen)
    words = f", more than {above.gt}" if above is not None else ""
    words += f", at most {high.le}" if high is not None else ""
    return words + (f", at most {longest.max_length} characters" if longest is not None else "")
