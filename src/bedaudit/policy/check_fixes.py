"""What a control wants done about its drift, checked as far as it can be before anything is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from bedaudit.kinds.kind import Creation, Kind
from bedaudit.model import Call
from bedaudit.policy import bind
from bedaudit.policy.check_paths import resolve_path
from bedaudit.policy.check_templates import fill, is_template
from bedaudit.policy.check_values import Reading, read_literal
from bedaudit.policy.conditions import UNDECIDED, explain
from bedaudit.policy.hints import listed
from bedaudit.policy.model import Combination, Condition, Fix, Parameter, Template, Test
from bedaudit.policy.shapes import wanted as wanted_shape
from bedaudit.policy.shapes import words_for
from bedaudit.policy.words import EQUALS
from bedaudit.policy.yaml import Node
from bedaudit.state import Group

Safety: TypeAlias = Literal["safe", "risky", "manual"]
CallCheck: TypeAlias = Callable[[Call], Sequence[str]]
Create: TypeAlias = Callable[[Mapping[str, Any]], Creation]

FIX_FIELDS: Mapping[str, str] = {
    "set": "Wanted values by path, where the words of the control do not say them.",
    "create": "The resource that is missing, in AWS's own parameter names of the call that makes it.",
    "safety": "Tightens the rating of the change: `risky` needs --allow-risky, `manual` is only shown.",
}
SAFETIES: Mapping[str, Safety] = {"safe": "safe", "risky": "risky", "manual": "manual"}

_SAMPLES: Mapping[str, Any] = {"integer": 1, "number": 1, "flag": True, "list": ["sample"]}
_UNSUITABLE = (ArithmeticError, LookupError, TypeError, ValueError, AttributeError)
"""What a kind may raise on parameters that nobody has checked yet."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The control that is to be met."""

    kind: Kind
    state: Group
    mode: str | None
    condition: Condition | None
    """`where` and `exists` together; None where they have problems."""
    check: CallCheck | None


def read_fix(reading: Reading, node: Node, wanted: Wanted) -> Fix:
    """The fix of a control."""
    members = reading.check.members(node, "fix", FIX_FIELDS)
    safety = reading.check.choice(members["safety"], "safety", SAFETIES) if "safety" in members else None
    values = _set(reading, members["set"], wanted) if "set" in members else {}
    create = _create(reading, members["create"], wanted) if "create" in members else None
    return Fix(values, create, safety)


def _set(reading: Reading, node: Node, wanted: Wanted) -> dict[str, Any]:
    for name, member in reading.check.mapping(node, "set").items():
        found = resolve_path(reading.check, member.name_mark, name, wanted.state, wanted.kind.name)
        if found and EQUALS not in words_for(found[1]):
            reading.check.problem(member.name_mark, f"{name} is {wanted_shape(found[1])} and cannot be set as a whole")
        elif found:
            read_literal(reading, member, found[1], name)
    return _data(node) if isinstance(node.value, dict) else {}


def _create(reading: Reading, node: Node, wanted: Wanted) -> dict[str, Any]:
    check = reading.check
    before = len(check.problems)
    if wanted.mode not in ("exists", None):
        check.problem(node.name_mark, f"create has no use for {wanted.mode}", "it gives what an exists needs")
    elif wanted.kind.create is None:
        check.problem(node.name_mark, f"a resource of kind {wanted.kind.name} cannot be created")
    elif not isinstance(node.value, dict):
        check.expected(node, "create", "a mapping of parameters")
    else:
        _check_templates(reading, node)
    if wanted.mode == "exists" and wanted.kind.create and len(check.problems) == before:
        _check_creation(reading, node, wanted, wanted.kind.create)
    return _data(node) if isinstance(node.value, dict) else {}


def _data(node: Node) -> Any:
    """Plain values, in which a text with `${...}` is a `Template`."""
    match node.value:
        case str() if is_template(node.value):
            return Template(node.value)
        case dict():
            return {name: _data(each) for name, each in node.value.items()}
        case list():
            return [_data(each) for each in node.value]
        case _:
            return node.plain()


def _check_templates(reading: Reading, node: Node) -> None:
    match node.value:
        case str() if is_template(node.value):
            fill(reading.check, reading.scope, node)
        case dict():
            for member in node.value.values():
                _check_templates(reading, member)
        case list():
            for member in node.value:
                _check_templates(reading, member)


def _check_creation(reading: Reading, node: Node, wanted: Wanted, create: Create) -> None:
    data = _data(node)
    declared = {name: each for name, each in reading.scope.parameters.items() if each}
    open_names = {name: f"${{{name}}}" for name in bind.names(data)}
    samples = _known({name: _sample(each) for name, each in declared.items()})
    try:
        call = create(bind.fill(data, {**open_names, **samples})).call
    except _UNSUITABLE as error:
        reading.check.problem(node.mark, f"this does not make a resource of kind {wanted.kind.name}: {error}")
        return
    complaints = wanted.check(call) if wanted.check else ()
    for complaint in complaints:
        reading.check.problem(node.mark, f"{call.operation}: {complaint}")
    defaults = _known({name: each.default for name, each in declared.items()})
    unmet: tuple[str, ...] = ()
    if wanted.condition and not complaints:
        unmet = _unmet(create, bind.fill(data, defaults), wanted.condition, defaults)
    if unmet:
        message = "what this creates does not meet the control's own exists"
        reading.check.problem(node.name_mark, message, f"see {listed(unmet, 'and')}")


def _sample(parameter: Parameter) -> Any:
    """Something of the type of a parameter; None for text, of which nothing is known."""
    return _SAMPLES.get(parameter.type) if parameter.default is None else parameter.default


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _unmet(create: Create, data: Any, condition: Condition, defaults: Mapping[str, Any]) -> tuple[str, ...]:
    """The paths by which what is created fails the control itself, as far as the parameters' defaults decide it."""
    try:
        facts = create(data).facts
    except _UNSUITABLE:
        return ()  # a value is needed that only a site or a user gives; here it is still a template
    decided = _decided_condition(bind.bind_condition(condition, defaults))
    return tuple(dict.fromkeys(drift.path for drift in explain(decided, facts).drifts))


def _decided_condition(condition: Condition) -> Condition:
    """A condition whose arguments are undecided where something in them has no value yet."""
    if isinstance(condition, Combination):
        return Combination(condition.op, tuple(_decided_condition(each) for each in condition.conditions))
    if isinstance(condition.argument, Test | Combination):
        return Test(condition.path, condition.word, _decided_condition(condition.argument))
    return Test(condition.path, condition.word, UNDECIDED) if any(bind.names(condition)) else condition
