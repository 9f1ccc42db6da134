"""Fills `${...}` in controls with the values that hold at a site."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from bedaudit.model import Site
from bedaudit.policy.globs import escape_glob, escape_regex
from bedaudit.policy.model import Combination, Condition, Control, Fix, Template, Test
from bedaudit.policy.same import Same
from bedaudit.policy.words import WORDS, shown

SITE_NAMES = ("site.account", "site.region", "site.partition")
EACH = "each"

_MOST = 8192
_FOR_EACH: dict[tuple[Same, str], Control] = {}

_REFERENCE = re.compile(r"\$\$\{|\$\{([^{}]*)\}")
_ESCAPES: Mapping[str, Callable[[str], str]] = {"glob": escape_glob, "regex": escape_regex}


def site_values(site: Site) -> dict[str, str]:
    """What a template may say of a site."""
    return dict(zip(SITE_NAMES, (site.account, site.region, site.partition), strict=True))


def templates(data: Any) -> Iterator[Template]:
    """Every template within a control, a condition or plain data."""
    if isinstance(data, Template):
        yield data
    for item in _members(data):
        yield from templates(item)


def _members(data: Any) -> Iterable[Any]:
    members: Iterable[Any] = ()
    match data:
        case str() | int() | float() | None:  # most are, and the question for a mapping is a slow one
            pass
        case Control():
            members = (data.condition, data.where, data.when, data.fix)
        case Fix():
            members = (data.set, data.create)
        case Test():
            members = (data.argument,)
        case Combination():
            members = data.conditions
        case Mapping():
            members = data.values()
        case tuple() | list():
            members = data
    return members


def names(data: Any) -> Iterator[str]:
    """Every name that the templates within a control, a condition or plain data mention."""
    for template in templates(data):
        yield from (match[1] for match in _REFERENCE.finditer(template.text) if match[1] is not None)


def bind_each(control: Control, element: Any) -> Control:
    """The control for one element of its `for_each`; for equal elements it is the very same one."""
    key = (Same(control), repr(element))
    if key not in _FOR_EACH:
        if len(_FOR_EACH) >= _MOST:
            _FOR_EACH.clear()
        _FOR_EACH[key] = bind(control, {EACH: element})
    return _FOR_EACH[key]


def bind(control: Control, values: Mapping[str, Any]) -> Control:
    """The control with these values in it; names without a value stay as they are."""
    bound: dict[str, Any] = {
        "condition": _bound(control.condition, values),
        "where": control.where and _bound(control.where, values),
        "when": control.when and _bound(control.when, values),
        "fix": control.fix and _fix(control.fix, values),
    }
    same = all(value is getattr(control, name) for name, value in bound.items())
    return control if same else dataclasses.replace(control, **bound)


def is_open(data: Any) -> bool:
    """Whether there is a template in it."""
    return next(templates(data), None) is not None


def _bound(condition: Condition, values: Mapping[str, Any]) -> Condition:
    """The very same condition where there is nothing to fill in."""
    return bind_condition(condition, values) if is_open(condition) else condition


def bind_condition(condition: Condition, values: Mapping[str, Any]) -> Condition:
    """The condition with these values in it."""
    if isinstance(condition, Combination):
        return Combination(condition.op, tuple(bind_condition(each, values) for each in condition.conditions))
    argument = WORDS[condition.word].argument
    if argument == "condition":
        bound: Any = bind_condition(condition.argument, values)
    elif argument == "count":
        bound = tuple(bind_condition(test, values) for test in condition.argument)
    else:
        bound = fill(condition.argument, values, _ESCAPES.get(argument, str))
    return Test(condition.path, condition.word, bound)


def _fix(fix: Fix, values: Mapping[str, Any]) -> Fix:
    if not is_open(fix):
        return fix
    return dataclasses.replace(fix, set=fill(fix.set, values), create=fill(fix.create, values))


def fill(data: Any, values: Mapping[str, Any], escape: Callable[[str], str] = str) -> Any:
    """Plain data with every template in it filled; `escape` guards what is put in."""
    match data:
        case Template():
            return _filled(data, values, escape)
        case Mapping():
            return {name: fill(item, values, escape) for name, item in data.items()}
        case tuple():
            return tuple(fill(item, values, escape) for item in data)
        case list():
            return [fill(item, values, escape) for item in data]
        case _:
            return data


def _filled(template: Template, values: Mapping[str, Any], escape: Callable[[str], str]) -> Any:
    lone = _REFERENCE.fullmatch(template.text)
    if lone and lone[1] is not None:
        if lone[1] not in values:
            return template
        value = values[lone[1]]
        return escape(value) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value
    whole = all(name in values for name in names(template))

    def put(match: re.Match[str]) -> str:
        if match[1] is None:
            return "${" if whole else "$${"
        if match[1] not in values:
            return match[0]
        value = values[match[1]]
        text = escape(value if isinstance(value, str) else shown(value))
        return text if whole else text.replace("${", "$${")

    text = _REFERENCE.sub(put, template.text)
    return text if whole else Template(text)
