"""The `schema` word: JSON Schema over a value, without fetching anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, partial
from typing import Any

from bedaudit.policy.globs import regex_problem, regex_search

_REFERENCES = ("$ref", "$dynamicRef")


def schema_meets(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether a value is valid."""
    return bool(_validator()(schema).is_valid(value))


def schema_problem(schema: Any) -> str | None:
    """What is wrong with a schema: its form, a pattern, or a reference that leads nowhere, elsewhere or in circles."""
    from jsonschema.exceptions import SchemaError  # noqa: PLC0415 - slow to import, and few policies need it

    try:
        _validator().func.check_schema(schema)
    except SchemaError as error:
        return f"not a JSON Schema: {error.message}"
    return next(_problems(schema, schema), None)


@cache
def _validator() -> Any:
    """A maker of validators that know no other document, and whose `pattern` takes linear time."""
    from jsonschema import Draft202012Validator, ValidationError  # noqa: PLC0415
    from jsonschema.validators import extend  # noqa: PLC0415
    from referencing import Registry  # noqa: PLC0415

    def pattern(_: Any, wanted: str, instance: Any, __: Any) -> Iterator[ValidationError]:
        if isinstance(instance, str) and not regex_search(wanted, instance):
            yield ValidationError(f"{instance!r} does not match {wanted!r}")

    return partial(extend(Draft202012Validator, {"pattern": pattern}), registry=Registry())  # type: ignore[no-untyped-call]


def _problems(part: Any, schema: Any) -> Iterator[str]:
    if isinstance(part, list):
        for item in part:
            yield from _problems(item, schema)
    if not isinstance(part, dict):
        return
    if isinstance(part.get("$id"), str):
        yield "$id has no use here"
    yield from filter(None, (_astray(part[name], schema) for name in _REFERENCES if isinstance(part.get(name), str)))
    patterns = part.get("patternProperties")
    for pattern in [part.get("pattern"), *(patterns if isinstance(patterns, dict) else ())]:
        if isinstance(pattern, str) and regex_problem(pattern):
            yield f"{pattern!r} is {regex_problem(pattern)}"
    for value in part.values():
        yield from _problems(value, schema)


def _astray(reference: str, schema: Any) -> str | None:
    target = _target(reference, schema)
    if target is None:
        return f"{reference!r} leads nowhere in this schema"
    return "its references lead in circles" if _in_circles(target, schema, (reference,)) else None


def _in_circles(part: Any, schema: Any, trail: tuple[str, ...]) -> bool:
    """Whether a reference leads back to one on the way without going deeper into the value: judging would not end."""
    if not isinstance(part, dict):
        return False
    for to in (part[name] for name in _REFERENCES if isinstance(part.get(name), str)):
        if to in trail or _in_circles(_target(to, schema), schema, (*trail, to)):
            return True
    same_value = [part.get(name) for name in ("not", "if", "then", "else")]
    for several in (part.get(name) for name in ("allOf", "anyOf", "oneOf", "dependentSchemas")):
        same_value += several.values() if isinstance(several, dict) else several or []
    return any(_in_circles(each, schema, trail) for each in same_value)


def _target(reference: str, schema: Any) -> Any:
    """What a reference within the schema leads to, or None."""
    from referencing import Registry  # noqa: PLC0415
    from referencing.exceptions import Unresolvable  # noqa: PLC0415
    from referencing.jsonschema import DRAFT202012  # noqa: PLC0415

    try:
        return Registry().resolver_with_root(DRAFT202012.create_resource(schema)).lookup(reference).contents
    except Unresolvable:
        return None
