"""Controls as SARIF rules: what a code scanning alert says of the control behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from sarif_om import MultiformatMessageString, ReportingConfiguration, ReportingDescriptor

from bedaudit.model import Report, Severity, titles
from bedaudit.report.plain import harmless, markdown, shortened

LEVELS: Final[Mapping[Severity, str]] = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "note",
    "info": "note",
}
_SCORES: Final[Mapping[Severity, str]] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
"""GitHub's bands are above 9.0, from 7.0, from 4.0 and from 0.1; what has no score is no security alert."""

_LONGEST_TEXT = 1024
_LONGEST_NAME = 255
_MOST_TAGS = 20
_URI = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")


@dataclass(frozen=True, slots=True)
class _Judged:
    """What is known of a control."""

    id: str
    title: str
    severity: Severity
    why: str = ""
    frameworks: Mapping[str, Sequence[str]] | None = None
    references: Sequence[str] = ()


def rules(report: Report) -> list[ReportingDescriptor]:
    """A rule for each control that was judged, sorted by id."""
    judged = {control: _Judged(control, *said) for control, said in titles(report.findings).items()}
    for each in report.controls.values():
        judged[each.id] = _Judged(each.id, each.title, each.severity, each.why, each.frameworks, each.references)
    return [_rule(judged[name]) for name in sorted(judged)]


def _rule(judged: _Judged) -> ReportingDescriptor:
    title, why = harmless(judged.title), harmless(judged.why)
    properties = {"precision": "very-high", "tags": list(dict.fromkeys(_tags(judged)))[:_MOST_TAGS]}
    score = _SCORES.get(judged.severity)
    more = {"security-severity": score} if score else {"problem.severity": "recommendation"}
    return ReportingDescriptor(
        id=harmless(judged.id),
        name=_pascal(judged.id),
        short_description=MultiformatMessageString(text=shortened(title, _LONGEST_TEXT)),
        full_description=MultiformatMessageString(
            text=shortened(f"{title}. {why}" if why else f"{title}.", _LONGEST_TEXT)
        ),
        help=MultiformatMessageString(
            text="\n\n".join(_help(judged)),
            markdown="\n\n".join(_help_markdown(judged)),
        ),
        help_uri=next((uri for uri in judged.references if _URI.fullmatch(uri)), None),
        default_configuration=ReportingConfiguration(level=LEVELS[judged.severity]),
        properties={**properties, **more},
    )


def _tags(judged: _Judged) -> Iterator[str]:
    if judged.severity in _SCORES:
        yield "security"
    yield "observability"
    for framework, items in (judged.frameworks or {}).items():
        yield from (harmless(f"{framework}/{item}") for item in items)


def _help(judged: _Judged) -> Iterator[str]:
    yield f"{harmless(judged.title)}."
    if judged.why:
        yield harmless(judged.why)
    yield from (harmless(reference) for reference in judged.references)
    yield f"`bedaudit explain {harmless(judged.id)}` says what is read and how it is fixed."


def _help_markdown(judged: _Judged) -> Iterator[str]:
    yield f"**{markdown(judged.title)}.**"
    if judged.why:
        yield markdown(judged.why)
    if judged.frameworks:
        yield "\n".join(
            f"- {markdown(framework)}: {markdown(', '.join(items))}" for framework, items in judged.frameworks.items()
        )
    if judged.references:
        yield "\n".join(_links(judged.references))
    yield f"`bedaudit explain {re.sub('[^A-Za-z0-9-]', '', judged.id)}` says what is read and how it is fixed."


def _links(references: Iterable[str]) -> Iterator[str]:
    for reference in references:
        yield f"- <{reference}>" if _URI.fullmatch(reference) else f"- {markdown(reference)}"


def _pascal(text: str) -> str:
    words = chain.from_iterable(re.findall(r"[A-Za-z0-9]+", part) for part in text.split("-"))
    return "".join(word[0].upper() + word[1:] for word in words)[:_LONGEST_NAME] or "Control"
