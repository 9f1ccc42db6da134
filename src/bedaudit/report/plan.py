"""A plan of changes, for people: as a diff in text, and in Markdown for a pull request."""

from __future__ import annotations

import json
import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from bedaudit.model import Finding
from bedaudit.remedy.apply import Result
from bedaudit.remedy.document import Left
from bedaudit.remedy.permissions import permissions
from bedaudit.remedy.plan import Plan, Step
from bedaudit.repairs.repair import settled
from bedaudit.report.command_line import command_line
from bedaudit.report.plain import ascii_json, harmless, markdown


def text(plan: Plan) -> Iterator[str]:
    """The plan as a diff: account, region, resource, then what changes, how, and how safe that is."""
    for (account, region), steps in _by_site(plan.steps):
        yield f"{account} {region}\n"
        for step in steps:
            yield from _step(step)
    if plan.left:
        yield "left to people\n"
        for reason, findings in _by_reason(plan.left):
            yield from _wrapped(f"{reason}:", "  ", "  ")
            yield from (f"    {finding}\n" for finding in findings)
        yield "\n"
    if plan.steps:
        yield "applying it needs\n"
        yield from (f"  {action}\n" for action in permissions(plan.steps))
        yield "\n"
    yield f"{_counted(plan)}\n"
    if plan.steps:
        yield f"the digest of this plan, for fix --plan FILE --digest\n  {plan.digest}\n"


def _step(step: Step) -> Iterator[str]:
    yield _inert(f"  {harmless(step.document.place.name)}\n")
    yield from _wrapped(_safety(step), "    ", "      ")
    yield from _wrapped(f"for {', '.join(step.controls)}", "    ", "      ")
    for line in changes(step):
        sign = line[:2] if line.startswith(("+ ", "- ")) else ""
        yield from _wrapped(line.removeprefix(sign), f"    {sign}", "        ")
    yield from (f"    {line}\n" for command in _commands(step) for line in command.splitlines())
    if step.undo is None:
        yield "    cannot be undone\n"
    yield "\n"


def _wrapped(line: str, first: str, rest: str) -> Iterator[str]:
    """A line for people, broken between words."""
    lines = textwrap.wrap(
        line, 80, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return (f"{_inert(each)}\n" for each in lines)


def _inert(line: str) -> str:
    """A line that a CI runner takes for no workflow command."""
    return re.sub(r"^(\s*:):", r"\1 :", line)


def in_markdown(plan: Plan) -> Iterator[str]:
    """The plan for a pull request."""
    yield f"# Changes that mend the drift\n\n{_counted(plan)}\n"
    for (account, region), steps in _by_site(plan.steps):
        yield f"\n## {account} {region}\n"
        for step in steps:
            yield f"\n### {markdown(step.document.place.name)}\n\n"
            yield f"{markdown(_safety(step))}; for {', '.join(f'`{name}`' for name in step.controls)}\n\n"
            yield from _fenced("diff", map(_inert, changes(step)))
            yield from _fenced("sh", _commands(step))
    if plan.left:
        yield "\n## Left to people\n"
        for reason, findings in _by_reason(plan.left):
            yield f"\n{markdown(reason)}:\n\n"
            yield from (f"- {markdown(finding)}\n" for finding in findings)
    if plan.steps:
        yield "\n## Permissions that applying it needs\n\n"
        yield from (f"- `{action}`\n" for action in permissions(plan.steps))
        yield f"\nThe digest of this plan, for `bedaudit fix --plan FILE --digest`: `{plan.digest}`\n"


def results(ended: Iterable[Result]) -> Iterator[str]:
    """How each step ended, and how many ended so."""
    counted: Counter[str] = Counter()
    for each in ended:
        counted[each.outcome] += 1
        document = each.step.document
        where = f"{document.site.account} {document.place.region} {harmless(document.place.name)}"
        yield f"{each.outcome:8} {where}{f': {harmless(each.message)}' if each.message else ''}\n"
    if counted:
        yield f"{', '.join(f'{count} {outcome}' for outcome, count in counted.items())}\n"


def changes(step: Step) -> Iterator[str]:
    """What changes in what can be set of the document, a line for each member or element."""
    volatile = step.document.repair.volatile
    before, after = settled(step.before, volatile), settled(step.after, volatile)
    if before is None or after is None:
        yield from _whole("-" if after is None else "+", "", before if after is None else after)
    else:
        yield from _differences("", before, after)


def _whole(sign: str, path: str, value: Any) -> Iterator[str]:
    """A line for each member of what comes or goes."""
    value, _ = _opened(value, value)
    if isinstance(value, Mapping) and value:
        for name in value:
            yield from _whole(sign, _within(path, name), value[name])
    elif isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
        for index, each in enumerate(value):
            yield from _whole(sign, f"{path}[{index}]", each)
    else:
        yield f"{sign} {path}: {ascii_json(value)}"


def _within(path: str, name: str) -> str:
    return f"{path}.{harmless(name)}" if path else harmless(name)


def _differences(path: str, before: Any, after: Any) -> Iterator[str]:
    before, after = _opened(before, after)
    if before == after:
        return
    if before is None and isinstance(after, Mapping):
        yield from _whole("+", path, after)
    elif after is None and isinstance(before, Mapping):
        yield from _whole("-", path, before)
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            yield from _differences(_within(path, name), before.get(name), after.get(name))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _elements(path, before, after)
    else:
        yield f"{path}: {_shown(before)} -> {_shown(after)}"


def _elements(path: str, before: list[Any], after: list[Any]) -> Iterator[str]:
    """By position where those that there are stay, and more may follow; otherwise what goes, and what comes."""
    paired = list(zip(before, after, strict=False))
    if len(before) <= len(after) and all(_alike(*pair) for pair in paired):
        for index, pair in enumerate(paired):
            yield from _differences(f"{path}[{index}]", *pair)
        for index in range(len(before), len(after)):
            yield from _whole("+", f"{path}[{index}]", after[index])
        return
    yield from (f"- {path}: {ascii_json(each)}" for each in before if each not in after)
    yield from (f"+ {path}: {ascii_json(each)}" for each in after if each not in before)


def _alike(before: Any, after: Any) -> bool:
    """Whether it is the same thing, maybe changed."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return any(name in after and after[name] == value for name, value in before.items())
    return bool(before == after)


def _opened(before: Any, after: Any) -> tuple[Any, Any]:
    """Documents that AWS keeps as text, as what they say."""
    if not isinstance(before, str) or not isinstance(after, str):
        return before, after
    try:
        inside = json.loads(before), json.loads(after)
    except (ValueError, RecursionError):
        return before, after
    return inside if all(isinstance(each, dict) for each in inside) else (before, after)


def _shown(value: Any) -> str:
    return "(not set)" if value is None else ascii_json(value)


def _commands(step: Step) -> Iterator[str]:
    return (command_line(call, step.document.place.region) for call in step.calls)


def _fenced(language: str, lines: Iterable[str]) -> Iterator[str]:
    told = [line.replace("`", "\\u0060") if language == "diff" else line for line in lines]
    fence = "`" * max(3, *(_longest_run(line) + 1 for line in told), 3)
    yield f"{fence}{language}\n"
    yield from (f"{line}\n" for line in told)
    yield f"{fence}\n\n"


def _longest_run(line: str) -> int:
    return max((len(list(run)) for tick, run in groupby(line) if tick == "`"), default=0)


def _safety(step: Step) -> str:
    return f"{step.safety}: {harmless(step.reason)}" if step.reason else step.safety


def _finding(finding: Finding) -> str:
    site, resource = finding.site, finding.resource
    named = [resource.id] if resource else []
    return harmless(
        " ".join([site.account, site.region, finding.control, *named, *([finding.each] if finding.each else [])])
    )


def _by_reason(left: Iterable[Left]) -> Iterator[tuple[str, list[str]]]:
    """Each reason once, with the findings that are left for it."""
    reasons: dict[str, dict[str, None]] = {}
    for each in left:
        reasons.setdefault(_inert(harmless(each.reason)), {})[_finding(each.finding)] = None
    return ((reason, list(findings)) for reason, findings in reasons.items())


def _by_site(steps: Iterable[Step]) -> Iterator[tuple[tuple[str, str], Iterator[Step]]]:
    """Steps that follow each other at one place together: their order is that of applying them."""
    return groupby(steps, key=lambda step: (step.document.site.account, step.document.place.region))


def _counted(plan: Plan) -> str:
    safeties = [step.safety for step in plan.steps]
    rated = ", ".join(f"{safeties.count(each)} {each}" for each in ("safe", "risky", "manual") if each in safeties)
    left = len({each.finding.id for each in plan.left})
    steps = f"{len(safeties)} step{'' if len(safeties) == 1 else 's'}" + (f" ({rated})" if rated else "")
    return f"{steps}; {left} finding{'' if left == 1 else 's'} left to people"
