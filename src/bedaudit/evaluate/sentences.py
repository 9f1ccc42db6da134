"""The sentences of findings. What comes from AWS or from a file stays on one line and is shortened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bedaudit.model import Drift, Evidence, Gap, Outcome, Reason
from bedaudit.policy.words import phrase, shown

_LISTED = 3

_REASONS: Mapping[Reason, str] = {
    "denied": "{what} was denied",
    "denied_by_scp": "{what} was denied by a service control policy",
    "region_disabled": "the region is not enabled for the account",
    "unsupported": "{what} is not supported here",
    "throttled": "{what} was throttled to the end",
    "expired_credentials": "the credentials expired before {what}",
    "unreachable": "{what} got no answer",
    "not_implemented": "{what} is not implemented by the endpoint",
    "not_read": "it was not read",
    "failed": "{what} failed",
}
_TELLING: frozenset[Reason] = frozenset({"not_read", "unsupported"})
"""Reasons for which no call was made, so that their message says all."""
_WITH_MESSAGE: frozenset[Reason] = frozenset({"failed", "unreachable"})

_ELEMENTS = {
    "any": "{path} has no element that meets {wanted}",
    "all": "not every element of {path} meets {wanted}",
    "none": "{path} has an element that meets {wanted}",
}


def noun(kind: str) -> str:
    """A kind as people say it."""
    return kind.replace("_", " ")


def of_gaps(gaps: Sequence[Gap], outcome: Outcome) -> str:
    """Why something is unknown, or not applicable."""
    beginning = "Does not apply" if outcome == "not_applicable" else "Unknown"
    return f"{beginning}: {_joined([of_gap(gap) for gap in gaps])}."


def of_owners(accounts: Iterable[str]) -> str:
    """Where it is judged instead."""
    return f"Judged in account {', '.join(sorted(set(accounts)))}."


def of_drifts(drifts: Sequence[Drift]) -> str:
    """How what is differs from what must be."""
    sentence = _joined([_lacking(drift) for drift in drifts])
    return f"{sentence}."


def of_facts(drifts: Sequence[Drift]) -> str:
    """What is, where it need not be otherwise."""
    return _joined([_fact(drift) for drift in drifts])


def of_offence(drift: Drift) -> str:
    """What is, and must not be."""
    return f"Forbidden: {_joined([_is(path, value) for path, value in drift.actual.items()])}."


def of_witness(kind: str, name: str) -> str:
    """What met an `exists`."""
    return f"{noun(kind).capitalize()} {shown(name)} meets this."


def of_search(kind: str, evidence: Evidence, candidates: int) -> str:
    """That nothing met an `exists`."""
    if not candidates:
        return f"There is no {noun(kind)}."
    if evidence.nearest is None:
        return f"There is no such {noun(kind)} among {candidates}."
    lacks = _joined([_lacking(drift) for drift in evidence.lacks])
    return f"There is no such {noun(kind)}; the nearest, {shown(evidence.nearest)}, lacks: {lacks}."


def of_gap(gap: Gap) -> str:
    """Why something could not be read."""
    if gap.owner is not None and gap.reason == "not_read":
        there = f"account {gap.owner} has it, which is not among the scanned ones"
        return shown(gap.message) if gap.message else there
    if gap.owner is not None:
        return f"in account {gap.owner}, {of_gap(replace(gap, owner=None))}"
    if gap.reason == "failed" and gap.operation is None and gap.message:
        return f"it could not be decided: {shown(gap.message)}"
    if gap.reason in _TELLING and gap.operation is None and gap.message:
        return shown(gap.message)
    sentence = _REASONS[gap.reason].format(what=shown(gap.operation) if gap.operation else "reading")
    details = [gap.code, gap.message if gap.reason in _WITH_MESSAGE else None]
    told = ": ".join(shown(detail) for detail in details if detail)
    return f"{sentence} ({told})" if told else sentence


def _lacking(drift: Drift) -> str:
    if drift.because:
        return f"{_fact(drift)}: {shown(drift.because)}"
    words = drift.expected if isinstance(drift.expected, dict) else {}
    for word, template in _ELEMENTS.items():
        if isinstance(words.get(word), dict) and drift.actual:
            return template.format(path=drift.path, wanted=shown(words[word]))
    return f"{_fact(drift)}, but must {phrase(drift.expected)}"


def _fact(drift: Drift) -> str:
    combined = isinstance(drift.expected, dict) and any(isinstance(ways, list) for ways in drift.expected.values())
    if combined and isinstance(drift.actual, dict):
        return " and ".join(_is(path, value) for path, value in drift.actual.items())
    return _is(drift.path, drift.actual)


def _is(path: str, value: Any) -> str:
    return f"{path} is not set" if value is None else f"{path} is {shown(value)}"


def _joined(sentences: Sequence[str]) -> str:
    left = len(sentences) - _LISTED
    more = f"; and {left} more" if left > 0 else ""
    return "; ".join(sentences[:_LISTED]) + more
