"""Small words for tests that judge: conditions as policies write them, controls, kinds and records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from bedaudit.kinds.kind import Kind
from bedaudit.model import GLOBAL, Gap, KindGap, Mark, Reason, Record, Resource, Site
from bedaudit.policy.model import Combination, Condition, Control, Parameter, Policy, Template, Test
from bedaudit.policy.rules import Rules
from bedaudit.policy.words import EQUALS, WORDS
from bedaudit.reader import Reader
from bedaudit.state import Because, Path, State

MARK = Mark("policies/test.yaml", 1, 1, 2, 1)
SITE = Site("111122223333", "us-east-1")
OTHER_SITE = Site("111122223333", "eu-west-1")
DENIED = Gap("denied", "logs:DescribeLogGroups", "AccessDeniedException")
UNSUPPORTED = Gap("unsupported", "logs:DescribeLogGroups")


class Usage(State):
    """Use."""

    in_use: bool | Gap | None = None
    models: tuple[str, ...] | Gap | None = None


class Action(State):
    """What an alarm does."""

    arn: str
    alive: bool | Gap | None = None


class Part(State):
    """A nested part."""

    exists: bool | Gap | None = None
    days: int | None = None


class Thing(State):
    """A thing."""

    name: str | None = None
    size: int | None = None
    on: Annotated[bool | Gap | None, Because("off_because")] = None
    off_because: str | None = None
    tags: Mapping[str, str] | Gap | None = None
    actions: tuple[Action, ...] | Gap | None = None
    part: Part | Gap | None = None


async def read(aws: Reader) -> Iterable[Resource]:
    raise AssertionError(f"judging reads nothing, not even of {aws}")


KINDS = {
    "usage": Kind("usage", Usage, read, (), single=True),
    "thing": Kind("thing", Thing, read, ()),
    "board": Kind("board", Thing, read, (), scope="account"),
    "trail": Kind("trail", Thing, read, (), scope="account", judged="account"),
}


def condition(written: Mapping[str, Any] | Sequence[Any]) -> Condition:
    """A condition from its written form; one term alone is not wrapped."""
    terms = [term for key, value in dict(written).items() for term in _terms(key, value)]
    return terms[0] if len(terms) == 1 else Combination("all", tuple(terms))


def _terms(key: str, value: Any) -> list[Condition]:
    if key in ("all", "any", "none") and isinstance(value, list):
        return [Combination(key, tuple(condition(each) for each in value))]  # type: ignore[arg-type]
    words = value if isinstance(value, dict) else {EQUALS: value}
    return [Test(path(key), word, _argument(word, argument)) for word, argument in words.items()]


def _argument(word: str, argument: Any) -> Any:
    match WORDS[word].argument:
        case "condition":
            scalars = all(name in WORDS for name in argument)
            return _elements(argument) if scalars else condition(argument)
        case "count":
            return tuple(Test((), name, _literal(each)) for name, each in argument.items())
        case _:
            return _literal(argument)


def _elements(words: Mapping[str, Any]) -> Condition:
    tests = tuple(Test((), word, _argument(word, argument)) for word, argument in words.items())
    return tests[0] if len(tests) == 1 else Combination("all", tests)


def _literal(value: Any) -> Any:
    if isinstance(value, str) and "${" in value:
        return Template(value)
    return tuple(_literal(item) for item in value) if isinstance(value, list) else value


def path(dotted: str) -> Path:
    return tuple(name.strip('"') for name in re.findall(r'"[^"]*"|[^.]+', dotted))


def control(mode: str, wanted: Mapping[str, Any], **members: Any) -> Control:
    """A control named `c` on `thing`; `where` and `when` as policies write them."""
    for name in ("where", "when"):
        if name in members:
            members[name] = condition(members[name])
    if "for_each" in members:
        members["for_each"] = path(members["for_each"])
    defaults: dict[str, Any] = {"id": "c", "title": "C", "severity": "high", "kind": "thing", "why": "Because."}
    defaults |= {"mode": mode, "condition": condition(wanted), "policy": "p", "mark": MARK}
    return Control(**{**defaults, **members})


def policy(*controls: Control, parameters: Sequence[Parameter] = (), name: str = "p") -> Policy:
    return Policy(name, "", {each.name: each for each in parameters}, controls, f"policies/{name}.yaml", "sha256:0")


def rules(*controls: Control) -> Rules:
    return Rules((policy(*controls),))


def gap(reason: Reason = "denied") -> dict[str, Any]:
    return dict(Gap(reason, "logs:DescribeLogGroups").as_fact())


def record(site: Site = SITE, *, gaps: Mapping[str | None, Gap] | None = None, **states: Any) -> Record:
    """`thing=[{...}, {...}]`: the states of a kind; their ids are t1, t2 ... after the kind's first letter."""
    resources = tuple(
        Resource(kind, f"{kind[0]}{at}", f"arn:{kind}:{at}", state)
        for kind, listed in states.items()
        for at, state in enumerate(listed, 1)
    )
    found = tuple(KindGap(kind, each) for kind, each in (gaps or {}).items())
    kinds = tuple(sorted({*states, *(each.kind for each in found if each.kind)}))
    return Record(site, "2026-11-20T12:00:00Z", kinds, resources, found)


def once(**members: Any) -> Record:
    """What the account has once."""
    return record(Site(SITE.account, GLOBAL), **members)
