"""From a JSON schema to a grammar that both backends read (llama.cpp's GBNF, which is also XGrammar's EBNF).

Each backend can make a grammar of a schema itself, but theirs let a small model write white space without end between
two values, and fail on schemas in ways of their own. This one knows no white space but a space after `:` and `,`, and
comes out the same for both. `schemas.supported` has brought the schema to the few forms that are met here.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# Without \u escapes, which can spell half a character; every character can be written as itself.
_TERMINALS = r"""
char ::= [^"\\\x00-\x1F\x7F] | "\\" ["\\/bfnrt]
string ::= "\"" char* "\""
integer ::= "-"? natural
natural ::= "0" | [1-9] [0-9]{0,14}
number ::= "-"? natural ("." [0-9]{1,15})?
boolean ::= "true" | "false"
null ::= "null"
value ::= string | number | boolean | null | anyobject | anyarray
anymember ::= string ": " value
anyobject ::= "{" (anymember (", " anymember)*)? "}"
anyarray ::= "[" (value (", " value)*)? "]"
"""
_MOST_DIGITS = 15


def grammar_of(schema: Mapping[str, Any]) -> str:
    """Return the grammar of the JSON texts that fit `schema`."""
    rules = _Rules()
    for name, part in schema.get("$defs", {}).items():
        rules.define(rules.reference(name), rules.expression(part))
    rules.define("root", rules.expression(schema))
    return f"{rules.text()}{_TERMINALS}"


class _Rules:
    """The rules of one grammar as they are found."""

    def __init__(self) -> None:
        self._rules: dict[str, str] = {}
        self._references: dict[str, str] = {}

    def text(self) -> str:
        return "\n".join(f"{name} ::= {expression}" for name, expression in self._rules.items())

    def define(self, name: str, expression: str) -> None:
        self._rules[name] = expression

    def named(self, expression: str) -> str:
        """Give an expression a name of its own, and return that."""
        name = f"part{len(self._rules)}"
        self._rules[name] = expression
        return name

    def reference(self, name: str) -> str:
        """Return the rule's name for an entry of `$defs`, whose own name may hold anything."""
        return self._references.setdefault(name, f"def{len(self._references)}")

    def expression(self, schema: Mapping[str, Any]) -> str:
        """Return the expression of a schema; it can stand in a sequence."""
        if "$ref" in schema:
            return self.reference(schema["$ref"].removeprefix("#/$defs/"))
        if "enum" in schema:
            return _one_of(map(_json_literal, schema["enum"]))
        if "anyOf" in schema:
            return _one_of(self.expression(part) for part in schema["anyOf"])
        return self._typed(schema)

    def _typed(self, schema: Mapping[str, Any]) -> str:
        match schema.get("type"):
            case "object":
                return self._object(schema)
            case "array":
                return self._array(schema)
            case "string" if "minLength" in schema or "maxLength" in schema:
                return rf'"\"" char{{{schema.get("minLength", 0)},{schema.get("maxLength", "")}}} "\""'
            case "integer" if "minimum" in schema or "maximum" in schema:
                return _integers(schema.get("minimum"), schema.get("maximum"))
            case None:
                return "value"
            case kind:
                return kind

    def _array(self, schema: Mapping[str, Any]) -> str:
        item = self.named(self.expression(schema["items"]))
        least, most = schema.get("minItems", 0), schema.get("maxItems")
        if most == 0:
            return '"[]"'
        further = f"{{{max(0, least - 1)},{'' if most is None else most - 1}}}"
        several = f'{item} (", " {item}){further}'
        return f'"[" {several} "]"' if least else f'"[" ({several})? "]"'

    def _object(self, schema: Mapping[str, Any]) -> str:
        properties: Mapping[str, Any] = schema["properties"]
        others = schema["additionalProperties"]
        if not properties and others is not False:
            member = self.named(f'string ": " {"value" if others is True else self.expression(others)}')
            return f'"{{" ({member} (", " {member})*)? "}}"'
        # Where properties are named no others are written: one of them might have a named one's name.
        members = [
            (self.named(f'{_literal(json.dumps(name, ensure_ascii=False) + ": ")} {self.expression(part)}'),
             name in schema["required"])
            for name, part in properties.items()
        ]  # fmt: skip
        return f'"{{" {self._members(members)} "}}"'

    def _members(self, members: Sequence[tuple[str, bool]]) -> str:
        """Return the members in their order, required or not, with commas between those that are written.

        For each place there are two rules, for when nothing is written yet and for when something is.
        """
        first, further = '""', '""'
        for member, required in reversed(members):
            onward = further
            if required:
                further = self.named(f'", " {member} {onward}')
                first = self.named(f"{member} {onward}")
            else:
                further = self.named(f'(", " {member})? {onward}')
                first = self.named(f"{member} {onward} | {first}")
        return first


def _one_of(expressions: Iterable[str]) -> str:
    return f"({' | '.join(expressions)})"


def _json_literal(value: Any) -> str:
    return _literal(json.dumps(value, ensure_ascii=False))


def _literal(text: str) -> str:
    """Write text as a grammar has it; JSON has no line breaks of its own."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _integers(least: int | None, most: int | None) -> str:
    """Return the whole numbers from `least` to `most`, of at most 15 digits where an end is open."""
    bound = 10**_MOST_DIGITS - 1
    low, high = -bound if least is None else least, bound if most is None else most
    ways: list[str] = []
    if low < 0:
        ways += [f'"-" {way}' for way in _naturals(max(1, -high), -low)]
    if high >= 0:
        ways += _naturals(max(0, low), high)
    return _one_of(ways)


def _naturals(low: int, high: int) -> list[str]:
    """Return the ways to write the numbers from `low` to `high`, by their count of digits."""
    ways: list[str] = []
    for digits in range(len(str(low)), len(str(high)) + 1):
        from_ = max(low, 0 if digits == 1 else 10 ** (digits - 1))
        to = min(high, 10**digits - 1)
        if from_ <= to:
            ways.append(_between(str(from_), str(to)))
    return ways


def _between(low: str, high: str) -> str:
    """Return the digit strings from `low` to `high`, which have the same length."""
    if low == high:
        return f'"{low}"' if low else '""'
    rest = len(low) - 1
    if set(low[1:]) <= {"0"} and set(high[1:]) <= {"9"}:
        return f"[{low[0]}-{high[0]}]{_any(rest)}"
    if low[0] == high[0]:
        return f'"{low[0]}" {_between(low[1:], high[1:])}'
    ways = [f'"{low[0]}" {_between(low[1:], "9" * rest)}', f'"{high[0]}" {_between("0" * rest, high[1:])}']
    if int(high[0]) - int(low[0]) > 1:
        ways.append(f"[{int(low[0]) + 1}-{int(high[0]) - 1}]{_any(rest)}")
    return _one_of(ways)


def _any(digits: int) -> str:
    return f" [0-9]{{{digits}}}" if digits else ""
