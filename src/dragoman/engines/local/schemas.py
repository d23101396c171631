"""Which JSON schemas a reply can be held to, and bringing them to the few forms that `grammar` turns into a grammar.

What cannot be held to is refused by name, before anything is begun: a grammar that OpenVINO cannot read breaks the
step, and with it everyone's reply. What a schema only says for readers (titles, defaults, formats) does not steer the
reply and is left out.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from dragoman.engines.local.errors import ApiError, invalid

MAX_DEPTH = 24
MAX_PARTS = 1000
MAX_LENGTH = 1000
MAX_ITEMS = 500
MAX_INTEGER = 10**15 - 1
MAX_VALUES = 500

PARAM = "response_format.json_schema.schema"

_NOTES = frozenset({
    "title", "description", "default", "examples", "format", "deprecated", "readOnly", "writeOnly",
    "$schema", "$id", "$comment", "$defs", "definitions",
})  # fmt: skip
_BY_TYPE: Mapping[str, frozenset[str]] = {
    "object": frozenset({"properties", "required", "additionalProperties"}),
    "array": frozenset({"items", "minItems", "maxItems"}),
    "string": frozenset({"minLength", "maxLength"}),
    "integer": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}),
    "number": frozenset(),
    "boolean": frozenset(),
    "null": frozenset(),
}
_ALONE = ("$ref", "anyOf", "oneOf", "allOf", "const", "enum")

Schema = dict[str, Any]


def supported(schema: Mapping[str, Any]) -> Schema:
    """Return `schema` in the forms that `grammar_of` takes.

    Raises:
        ApiError: it asks for something that is not supported, or contradicts itself; 400, naming the place.
    """
    return _Reading(schema).whole()


class _Reading:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._parts = 0
        self._defs: dict[str, Schema] = {}

    def whole(self) -> Schema:
        schema = self.part(self._root, "", 0)
        if schema.get("type") != "object" and "$ref" not in schema:
            raise _refusal("", "must be an object at its top")
        return {**schema, "$defs": self._defs} if self._defs else schema

    def part(self, raw: Any, at: str, depth: int) -> Schema:
        self._parts += 1
        if depth > MAX_DEPTH or self._parts > MAX_PARTS:
            raise _refusal(at, f"is deeper than {MAX_DEPTH} or has more than {MAX_PARTS} parts")
        if raw is True:
            return {}
        if not isinstance(raw, Mapping):
            raise _refusal(at, "is not a schema")
        schema = {key: value for key, value in cast("Mapping[str, Any]", raw).items() if key not in _NOTES}
        alone = [key for key in _ALONE if key in schema]
        if alone:
            return self._alone(alone[0], schema, at, depth)
        return self._typed(schema, at, depth)

    def _alone(self, key: str, schema: Schema, at: str, depth: int) -> Schema:
        """Read a part that is all said by one keyword; a type beside values is only a repetition."""
        beside = set(schema) - {key} - ({"type"} if key in ("const", "enum") else set[str]())
        if beside:
            raise _refusal(at, f"has {key} and {', '.join(sorted(beside))} together")
        value = schema[key]
        if key == "$ref":
            return {"$ref": self._reference(value, at, depth)}
        if key == "const":
            return {"enum": [value]}
        if not isinstance(value, list) or not value or len(cast("list[Any]", value)) > MAX_VALUES:
            raise _refusal(f"{at}.{key}", f"must be a list of 1 to {MAX_VALUES}")
        several = cast("list[Any]", value)
        if key == "enum":
            return {"enum": several}
        if key == "allOf" and len(several) > 1:
            raise _refusal(f"{at}.allOf", "of several parts is not supported")
        parts = [self.part(one, f"{at}.{key}[{place}]", depth + 1) for place, one in enumerate(several)]
        return parts[0] if len(parts) == 1 else {"anyOf": parts}

    def _reference(self, value: Any, at: str, depth: int) -> str:
        """Read what a local reference names, once; it may lead back to itself."""
        home, _, name = value.removeprefix("#/").partition("/") if isinstance(value, str) else ("", "", "")
        found = self._root.get(home) if home in ("$defs", "definitions") else None
        if not isinstance(found, Mapping) or name not in found:
            raise _refusal(f"{at}.$ref", "must name an entry of the schema's own $defs")
        if name not in self._defs:
            self._defs[name] = {}
            self._defs[name] = self.part(cast("Mapping[str, Any]", found)[name], f".$defs.{name}", depth + 1)
        return f"#/$defs/{name}"

    def _typed(self, schema: Schema, at: str, depth: int) -> Schema:
        given = schema.pop("type", None)
        types = _types(given if given is not None else _implied(schema), at)
        known = frozenset[str]().union(*(_BY_TYPE[kind] for kind in types)) if types else frozenset[str]()
        unknown = sorted(set(schema) - known)
        if unknown:
            raise _refusal(at, f"has {', '.join(unknown)}, which is not supported here")
        parts = [
            self._of_type(kind, {k: v for k, v in schema.items() if k in _BY_TYPE[kind]}, at, depth)
            for kind in types
        ]
        if not parts:
            return {}
        return parts[0] if len(parts) == 1 else {"anyOf": parts}

    def _of_type(self, kind: str, schema: Schema, at: str, depth: int) -> Schema:
        if kind == "object":
            return self._object(schema, at, depth)
        if kind == "array":
            items = {"items": self.part(schema.pop("items", True), f"{at}.items", depth + 1)}
            return {"type": "array", **items, **_range(schema, "minItems", "maxItems", MAX_ITEMS, at)}
        if kind == "string":
            return {"type": "string", **_range(schema, "minLength", "maxLength", MAX_LENGTH, at)}
        return {"type": kind, **_integers(schema, at)}

    def _object(self, schema: Schema, at: str, depth: int) -> Schema:
        properties = schema.get("properties", {})
        required = schema.get("required", [])
        if not isinstance(properties, Mapping):
            raise _refusal(f"{at}.properties", "must be an object")
        if not _are_names(required) or not set(required) <= set(cast("Mapping[str, Any]", properties)):
            raise _refusal(f"{at}.required", "must be a list of names that properties has")
        read = {
            name: self.part(value, f"{at}.properties.{name}", depth + 1)
            for name, value in cast("Mapping[str, Any]", properties).items()
        }
        # Where nothing is said of other properties they are allowed, but nobody asks for them.
        others = schema.get("additionalProperties", not read)
        if not isinstance(others, bool):
            others = self.part(others, f"{at}.additionalProperties", depth + 1)
        return {
            "type": "object",
            "properties": read,
            "required": list(required),
            "additionalProperties": others,
        }


def _implied(schema: Schema) -> list[str]:
    """Return the type that a part without one can only mean by its other keywords."""
    return [kind for kind, keywords in _BY_TYPE.items() if keywords & set(schema)][:1]


def _types(given: Any, at: str) -> list[str]:
    types: Sequence[Any] = [given] if isinstance(given, str) else cast("Sequence[Any]", given)
    if not isinstance(given, str | list) or not all(
        isinstance(one, str) and one in _BY_TYPE for one in types
    ):
        raise _refusal(f"{at}.type", f"must be one or several of {', '.join(_BY_TYPE)}")
    return list(dict.fromkeys(cast("Sequence[str]", types)))


def _range(schema: Schema, least: str, most: str, bound: int, at: str) -> Schema:
    """Read a pair of counts."""
    found = {key: schema[key] for key in (least, most) if key in schema}
    for key, value in found.items():
        if not _is_integer(value) or not 0 <= value <= bound:
            raise _refusal(f"{at}.{key}", f"must be a whole number from 0 to {bound}")
    if found.get(least, 0) > found.get(most, bound):
        raise _refusal(at, f"has {least} above {most}")
    return found


def _integers(schema: Schema, at: str) -> Schema:
    limits: dict[str, int] = {}
    _limit(schema, "minimum", "exclusiveMinimum", 1, max, limits, at)
    _limit(schema, "maximum", "exclusiveMaximum", -1, min, limits, at)
    if limits.get("minimum", -MAX_INTEGER) > limits.get("maximum", MAX_INTEGER):
        raise _refusal(at, "has minimum above maximum")
    return dict(limits)


def _limit(
    schema: Schema,
    within: str,
    beyond: str,
    step: int,
    tighter: Callable[[list[int]], int],
    limits: dict[str, int],
    at: str,
) -> None:
    """Read one end of a range, which both `within` and `beyond` (which is `step` off) may say."""
    ends: list[int] = []
    for key, off in ((within, 0), (beyond, step)):
        if key not in schema:
            continue
        value = schema[key]
        if not _is_integer(value) or abs(value) > MAX_INTEGER:
            raise _refusal(f"{at}.{key}", f"must be a whole number up to {MAX_INTEGER:,}")
        ends.append(int(value) + off)
    if ends:
        limits[within] = tighter(ends)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in cast("list[Any]", value))


def _refusal(at: str, why: str) -> ApiError:
    return invalid(f"The schema{f' at {at[1:]}' if at else ''} {why}.", f"{PARAM}{at}", "schema_unsupported")
