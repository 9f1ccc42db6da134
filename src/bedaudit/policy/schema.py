"""The published JSON Schema of policies, computed from the tables that the loader reads too."""

from __future__ import annotations

from collections.abc import Mapping

from bedaudit.kinds.kind import Kind
from bedaudit.policy.check_controls import CONTROL_FIELDS, MODES, NAME, OBLIGATORY, SEVERITY, URL, single_kinds, without
from bedaudit.policy.check_examples import OUTCOMES, REASONS
from bedaudit.policy.check_fixes import FIX_FIELDS, SAFETIES
from bedaudit.policy.check_parameters import PARAMETER_FIELDS, PARAMETER_NAME, PARAMETER_TYPES
from bedaudit.policy.check_policies import POLICY_FIELDS
from bedaudit.policy.schema_conditions import METASCHEMA, NOT_BLANK, Conditions, Json, by_path, literal, paths_of, plain
from bedaudit.policy.shapes import TEXT, field_shape, shape_name, words_for
from bedaudit.policy.words import EQUALS
from bedaudit.state import Group, ListOf, Shape, TextMap, shape_of

LOADER_ONLY: Mapping[str, str] = {
    "duplicates": "a key that stands twice in a mapping",
    "yaml": "aliases, anchors, merge keys, tags, a second document, what is not UTF-8",
    "size": "files above 1 MB, nesting above 50",
    "numbers": "integers with a leading zero, numbers that are not finite or need more than 64 bits",
    "names": "names of policies and ids of controls that are not unique over all files",
    "templates": "${...} without an end, of an unknown name, of one that has no value in that place",
    "substitution": "types after substitution",
    "patterns": "regular expressions that RE2 does not know",
    "schemas": "patterns and references within the argument of `schema`",
    "calls": "what AWS does not accept as parameters of `create`",
    "contradictions": "a `create` that does not meet the control's own `exists`",
}
"""What only the loader can know: all else that it refuses, the schema refuses."""


def json_schema(kinds: Mapping[str, Kind]) -> Json:
    """The JSON Schema (2020-12) of a policy file over these kinds."""
    conditions = Conditions()
    control = _control(kinds, conditions)
    return {
        "$schema": METASCHEMA,
        "title": "bedaudit policy",
        **_object(POLICY_FIELDS, ("policy", "controls"), {
            "policy": _named(NAME.pattern),
            "description": NOT_BLANK,
            "parameters": _parameters(),
            "controls": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/control"}},
        }),
        "$defs": {"control": control, "gap": _gap(), **conditions.definitions},
    }  # fmt: skip


def _named(pattern: str) -> Json:
    return {"type": "string", "pattern": f"^({pattern})$"}


def _object(docs: Mapping[str, str], required: tuple[str, ...], members: Mapping[str, Json]) -> Json:
    """An object of exactly the members of a table."""
    properties = {name: {"description": doc, **members.get(name, {})} for name, doc in docs.items()}
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _list_of(items: Json) -> Json:
    return {"type": "array", "minItems": 1, "items": items}


def _parameters() -> Json:
    defaults: Mapping[str, Json] = {
        "text": {"type": "string"},
        "integer": {"type": "integer"},
        "number": {"type": "number"},
        "flag": {"type": "boolean"},
        "list": {"type": "array", "items": {"type": "string"}},
    }
    parameter = _object(
        PARAMETER_FIELDS, ("type",), {"type": {"enum": list(PARAMETER_TYPES)}, "description": NOT_BLANK}
    )
    parameter["allOf"] = [
        _if({"type": name}, {"properties": {"default": defaults[type_]}}) for name, type_ in PARAMETER_TYPES.items()
    ]
    names = {**_named(PARAMETER_NAME.pattern), "not": {"const": "each"}}
    return {"type": "object", "propertyNames": names, "additionalProperties": parameter}


def _if(values: Mapping[str, str], then: Json) -> Json:
    """What holds besides where members have these values."""
    fixed = {name: {"const": value} for name, value in values.items()}
    return {"if": {"properties": fixed, "required": list(values)}, "then": then}


def _control(kinds: Mapping[str, Kind], conditions: Conditions) -> Json:
    singles = single_kinds(kinds)
    kind_names = [{"const": name, "description": kind.doc} for name, kind in kinds.items()]
    control = _object(CONTROL_FIELDS, OBLIGATORY, {
        "id": _named(NAME.pattern),
        "title": NOT_BLANK,
        "why": NOT_BLANK,
        "severity": {"enum": list(SEVERITY)},
        "resource": {"oneOf": kind_names},
        "when": conditions.on_group("site", singles),
        "for_each": {"enum": _lists_of_text(singles)},
        "at_least_one": {"type": "boolean"},
        "fix": _fix(),
        "frameworks": {"type": "object", "additionalProperties": _list_of(NOT_BLANK)},
        "references": _list_of(_named(URL.pattern)),
        "examples": _object(dict.fromkeys(OUTCOMES, "Examples with this outcome."), (), {}),
    })  # fmt: skip
    creating = {"properties": {"fix": {"type": "object", "required": ["create"]}}, "required": ["fix"]}
    control |= {
        "oneOf": [{"required": [mode]} for mode in MODES],
        "dependentRequired": {"at_least_one": ["require"]},
        "allOf": [
            {"if": creating, "then": {"required": ["exists"]}},
            *(
                _if({"resource": name}, {"properties": _of_kind(kind, singles, conditions)})
                for name, kind in kinds.items()
            ),
        ],
    }
    return control


def _lists_of_text(group: Group) -> list[str]:
    return [
        path
        for path, (shape, _) in paths_of(group).exact.items()
        if isinstance(shape, ListOf) and shape_name(shape.item) in ("text", "choice")
    ]


def _fix() -> Json:
    members: Mapping[str, Json] = {
        "set": {"type": "object"},
        "create": {"type": "object"},
        "safety": {"enum": list(SAFETIES)},
    }
    return _object(FIX_FIELDS, (), members)


def _of_kind(kind: Kind, singles: Group, conditions: Conditions) -> Json:
    """The members of a control whose form depends on its kind."""
    state = shape_of(kind.state)
    condition = conditions.on_group(kind.name, state)
    settable = by_path(state, lambda _, shape: literal(shape) if EQUALS in words_for(shape) else None)
    fix = {"properties": {"set": settable, **({} if kind.create else {"create": False})}}
    facts = _facts_of_kind(kind.name, state, conditions)
    example = {
        "if": {"type": "object", "required": ["resources"]},
        "then": _full_example(facts, without(singles, kind), conditions),
        "else": facts,
    }
    outcomes = {outcome: _list_of(example) for outcome in OUTCOMES}
    return {
        **dict.fromkeys([*MODES, "where"], condition),
        "fix": fix,
        "examples": {"properties": outcomes},
    }


def _full_example(state: Json, singles: Group, conditions: Conditions) -> Json:
    others = {name: _facts_of_kind(name, each.shape, conditions) for name, each in singles.fields.items()}
    resources = _or_gap({"type": "array", "items": state})
    return {"properties": {**others, "resources": resources}, "additionalProperties": False}


def _facts_of_kind(name: str, shape: Shape, conditions: Conditions) -> Json:
    """A reference to the states of a kind."""
    conditions.definitions.setdefault(f"state-of-{name}", _facts(shape))
    return {"$ref": f"#/$defs/state-of-{name}"}


def _facts(shape: Shape) -> Json:
    """A value in an example, or a gap in its place."""
    match shape:
        case Group():
            members = {
                name: {"description": each.doc, **_facts(field_shape(shape, name))}
                for name, each in shape.fields.items()
            }
            return _or_gap({"type": "object", "properties": members, "additionalProperties": False})
        case TextMap():
            gap = {"required": ["gap"], "maxProperties": 1}
            return _or_gap({"type": "object", "additionalProperties": _facts(TEXT), "not": gap})
        case ListOf():
            return _or_gap({"type": "array", "items": _facts(shape.item)})
        case _:
            return _or_gap(plain(shape))


def _or_gap(schema: Json) -> Json:
    return {"anyOf": [schema, {"$ref": "#/$defs/gap"}]}


def _gap() -> Json:
    reason: Json = {"description": "Why it cannot be read.", "enum": list(REASONS)}
    return {"type": "object", "properties": {"gap": reason}, "required": ["gap"], "additionalProperties": False}
