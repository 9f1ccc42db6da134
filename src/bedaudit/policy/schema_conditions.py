"""Conditions as JSON Schema: for each full path the words that its shape allows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bedaudit.policy.check_conditions import COMBINATIONS
from bedaudit.policy.check_paths import QUOTED, UNQUOTED
from bedaudit.policy.shapes import ACCOUNT, FLAG, INTEGER, TEXT, field_shape, part_of, shape_name, words_for
from bedaudit.policy.words import COUNT_WORDS, EQUALS, Word
from bedaudit.state import Group, ListOf, Scalar, Shape, TextMap

Json: TypeAlias = dict[str, Any]

NOT_BLANK: Json = {"type": "string", "pattern": r"\S"}
ACCOUNT_NUMBER: Json = {"type": "integer", "minimum": 100_000_000_000, "maximum": 999_999_999_999}
METASCHEMA = "https://json-schema.org/draft/2020-12/schema"
_LONE_TEMPLATE: Json = {"type": "string", "pattern": r"^\$\{[^{}]*\}$"}
_TEMPLATE: Json = {"type": "string", "pattern": r"\$\{"}
_TYPES: Mapping[str, str] = {"text": "string", "flag": "boolean", "integer": "integer", "number": "number"}


@dataclass(frozen=True, slots=True)
class Paths:
    """Every path of a group that goes through no list, with its shape and doc; those into maps by pattern."""

    exact: Mapping[str, tuple[Shape, str]]
    patterns: Mapping[str, tuple[Shape, str]]


def paths_of(group: Group) -> Paths:
    """The paths of a group."""
    found = list(_walk(group, ""))
    return Paths(
        {path: (shape, doc) for path, shape, doc in found},
        {
            f"^{re.escape(path)}[.]({QUOTED}|{UNQUOTED})$": (TEXT, doc)
            for path, shape, doc in found
            if isinstance(shape, TextMap)
        },
    )


def _walk(group: Group, prefix: str) -> Iterator[tuple[str, Shape, str]]:
    for name, each in group.fields.items():
        yield f"{prefix}{name}", field_shape(group, name), each.doc
        if isinstance(each.shape, Group):
            yield from _walk(each.shape, f"{prefix}{name}.")


def by_path(group: Group, schema_of: Callable[[str, Shape], Json | None]) -> Json:
    """An object whose keys are paths; `schema_of` gives None for a shape that cannot stand there."""
    paths = paths_of(group)

    def members(table: Mapping[str, tuple[Shape, str]]) -> Json:
        schemas = {path: (schema_of(path, shape), doc) for path, (shape, doc) in table.items()}
        return {path: {"description": doc, **schema} for path, (schema, doc) in schemas.items() if schema is not None}

    return {
        "type": "object",
        "properties": members(paths.exact),
        "patternProperties": members(paths.patterns),
        "additionalProperties": False,
    }


def literal(shape: Shape) -> Json:
    """A literal of a shape, or a template that may become one."""
    match shape:
        case ListOf():
            return {"anyOf": [{"type": "array", "items": literal(shape.item)}, _LONE_TEMPLATE]}
        case Scalar(type="text"):
            return plain(shape)
        case Scalar(type="choice"):
            return {"anyOf": [plain(shape), _TEMPLATE]}
        case _:
            return {"anyOf": [plain(shape), _LONE_TEMPLATE]}


def plain(shape: Shape) -> Json:
    """A scalar of a shape, without templates."""
    match shape:
        case Scalar(type="choice"):
            return {"enum": list(shape.choices)}
        case Scalar(type="duration"):
            return {"anyOf": [{"type": "integer"}, {"const": "never"}]}
        case Scalar(type="text", unit=unit) if unit == ACCOUNT:
            return {"anyOf": [{"type": "string"}, ACCOUNT_NUMBER]}
        case _:
            return {"type": _TYPES[shape_name(shape)]}


def _doc(word: Word, shape: Shape) -> str:
    if word.argument == "condition" and isinstance(shape, ListOf) and not isinstance(shape.item, Group):
        return f"{word.doc} The elements have no fields: write a literal, or words, without a path."
    return word.doc


def _common_name(shape: Shape) -> str:
    match shape:
        case Scalar(type="choice"):
            return "-".join(["choice", *(re.sub(r"[^A-Za-z0-9]", "_", choice) for choice in shape.choices)])
        case Scalar(unit=unit) if unit == ACCOUNT:
            return f"{shape.type}-{unit}"
        case ListOf():
            return f"list-of-{_common_name(shape.item)}"
        case _:
            return shape_name(shape)


@dataclass(slots=True)
class Conditions:
    """Makes definitions of conditions, each once."""

    definitions: dict[str, Json] = field(default_factory=dict)

    def on_group(self, name: str, group: Group) -> Json:
        """A reference to the condition on a group of fields."""
        reference = {"$ref": f"#/$defs/{name}"}
        if name not in self.definitions:
            self.definitions[name] = {}
            condition = by_path(group, lambda path, shape: self.on_value(f"{name}.{path}", shape))
            for word, (_, doc) in COMBINATIONS.items():
                items = {"type": "array", "minItems": 1, "items": reference}
                condition["properties"][word] = {"description": doc, **items}
            self.definitions[name] = {**condition, "minProperties": 1}
        return reference

    def on_value(self, name: str, shape: Shape) -> Json:
        """What one path must meet: a literal or words; one definition for all values of the same shape."""
        if isinstance(shape, ListOf) and isinstance(shape.item, Group):
            return self.one_of_words(name, shape, words_for(shape))
        common = _common_name(shape)
        if common not in self.definitions:
            self.definitions[common] = {}
            self.definitions[common] = self.one_of_words(name, shape, words_for(shape))
        return {"$ref": f"#/$defs/{common}"}

    def one_of_words(self, name: str, shape: Shape, known: Mapping[str, Word]) -> Json:
        """A literal, where there are such of the shape, or a mapping of words."""
        words = {
            "type": "object",
            "minProperties": 1,
            "properties": {
                word: {"description": _doc(each, shape), **self.argument(name, word, each, shape)}
                for word, each in known.items()
                if word != EQUALS
            },
            "additionalProperties": False,
        }
        return {"anyOf": [literal(shape), words]} if EQUALS in known else words

    def argument(self, name: str, word: str, each: Word, shape: Shape) -> Json:
        """What a word takes."""
        match each.argument:
            case "condition":
                return self.on_elements(name, shape)
            case "count":
                return self.one_of_words(name, INTEGER, {key: words_for(INTEGER)[key] for key in sorted(COUNT_WORDS)})
            case "value" | "order":
                return literal(part_of(word, shape))
            case "values":
                items = {"type": "array", "minItems": 1, "items": literal(part_of(word, shape))}
                return {"anyOf": [items, _LONE_TEMPLATE]}
            case kind:
                return _ARGUMENTS[kind]

    def on_elements(self, name: str, shape: Shape) -> Json:
        """What elements must meet; those without fields take literals and words themselves."""
        item = shape.item if isinstance(shape, ListOf) else shape
        return self.on_group(name, item) if isinstance(item, Group) else self.on_value(name, item)


_ARGUMENTS: Mapping[str, Json] = {
    "glob": NOT_BLANK,
    "regex": NOT_BLANK,
    "flag": literal(FLAG),
    "schema": {"type": "object", "$ref": METASCHEMA},
}
