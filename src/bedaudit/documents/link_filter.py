"""Filters of CloudWatch observability links: which names they let through.

https://docs.aws.amazon.com/OAM/latest/APIReference/API_MetricConfiguration.html
https://docs.aws.amazon.com/OAM/latest/APIReference/API_LogGroupConfiguration.html
"""

from __future__ import annotations

import re

from bedaudit.documents.kleene import every, negated, some

_EVERYTHING = "*"
_TEXT = r"'[^']*'"
_TERM = re.compile(
    rf"\s*(?P<key>[A-Za-z]+)\s*(?P<operator>!=|=|\b(?:NOT\s+)?LIKE\b|\b(?:NOT\s+)?IN\b)"
    rf"\s*(?P<values>{_TEXT}|\(\s*{_TEXT}(?:\s*,\s*{_TEXT})*\s*\))\s*",
    re.IGNORECASE,
)
_JOIN = re.compile(r"(AND|OR)\b", re.IGNORECASE)


def admits(text: str, key: str, name: str) -> bool | None:
    """Whether the filter lets the name through, which it calls `key`; None where it is not what AWS documents."""
    if text.strip() == _EVERYTHING:
        return True
    either: list[list[bool | None]] = [[]]
    at = 0
    while True:
        term = _TERM.match(text, at)
        if term is None or term["key"] != key:
            return None
        either[-1].append(_holds(term["operator"], re.findall(_TEXT, term["values"]), name))
        if term.end() == len(text):
            return some(every(terms) for terms in either)
        join = _JOIN.match(text, term.end())
        if join is None:
            return None
        either += [[]] if join[1].upper() == "OR" else []
        at = join.end()


def _holds(operator: str, quoted: list[str], name: str) -> bool | None:
    values = [each[1:-1] for each in quoted]
    words = operator.upper().split()
    found = some(_is_like(value, name) for value in values) if "LIKE" in words else name in values
    return negated(found) if words[0] in ("NOT", "!=") else found


def _is_like(pattern: str, name: str) -> bool | None:
    """`%` stands at the end only, where AWS takes it as any rest."""
    begins = pattern.removesuffix("%")
    if "%" in begins:
        return None
    return name.startswith(begins) if begins != pattern else name == pattern
