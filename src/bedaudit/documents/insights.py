"""Metrics Insights queries: which series they select.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from bedaudit.documents.catalogue import Verdict, why_no_set, worst

STATISTICS: Final[Mapping[str, str]] = {
    "AVG": "Average",
    "COUNT": "SampleCount",
    "MAX": "Maximum",
    "MIN": "Minimum",
    "SUM": "Sum",
}
"""CloudWatch's name of the statistic that each function takes."""

ACCOUNT: Final = "AWS.AccountId"
"""The label of the account that a series belongs to."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One way to meet the WHERE clause."""

    pinned: Mapping[str, str] = field(default_factory=dict)
    """Labels that must have a value."""
    open: frozenset[str] = frozenset()
    """Labels that are restricted in a way that names no single value."""


@dataclass(frozen=True, slots=True)
class Query:
    """A Metrics Insights query."""

    stat: str
    metric: str
    namespace: str
    schema: tuple[str, ...] | None
    """The exact set of dimensions; None: whatever they are."""
    filters: tuple[Filter, ...]
    """The query selects what meets any of them."""
    group_by: tuple[str, ...] = ()

    @property
    def labels(self) -> frozenset[str]:
        """The dimensions that the query needs a series to have."""
        filtered = {label for one in self.filters for label in (*one.pinned, *one.open)}
        return frozenset(label for label in filtered | set(self.group_by) if "." not in label)


_TOKEN = re.compile(
    r"""\s*(?:"(?P<identifier>(?:[^"\\]|\\.|"")*)" | '(?P<text>(?:[^'\\]|\\.|'')*)'
    | (?P<word>[A-Za-z0-9_@.:/-]+) | (?P<mark>!=|<>|[=(),]))\s*""",
    re.VERBOSE | re.DOTALL,
)
_KEYWORDS = {"SELECT", "FROM", "SCHEMA", "WHERE", "AND", "OR", "NOT", "IN", "LIKE", "GROUP", "ORDER", "BY", "LIMIT"}
_MOST_FILTERS = 100
_DEEPEST = 50


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


class _NotAQueryError(Exception):
    """Ends the parsing."""


def parse(text: str) -> Query | None:
    """The query, or None where it is not one that we understand."""
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        tokens.append(_token(match))
        at = match.end()
    try:
        return _Parser(tokens).query()
    except _NotAQueryError:
        return None


def _token(match: re.Match[str]) -> _Token:
    if match["identifier"] is not None:
        return _Token("identifier", re.sub(r'\\(.)|"(")', r"\1\2", match["identifier"]))
    if match["text"] is not None:
        return _Token("text", re.sub(r"\\(.)|'(')", r"\1\2", match["text"]))
    word = match["word"] or match["mark"]
    if match["word"] and word.upper() not in _KEYWORDS:
        return _Token("identifier", word)
    return _Token("mark", word.upper())


class _Parser:
    """Reads tokens from left to right; each method takes what it names."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens, self.at = tokens, 0

    def query(self) -> Query:
        self.need("SELECT")
        stat = STATISTICS.get(self.identifier().upper())
        self.need("(")
        metric = self.identifier()
        self.need(")")
        self.need("FROM")
        namespace, schema = self.source()
        filters = self.either(0) if self.take("WHERE") else [Filter()]
        group_by = self.grouping()
        self.ordering()
        if stat is None or self.at < len(self.tokens):
            raise _NotAQueryError
        return Query(stat, metric, namespace, schema, tuple(filters), group_by)

    def source(self) -> tuple[str, tuple[str, ...] | None]:
        if not self.take("SCHEMA"):
            return self.identifier(), None
        self.need("(")
        namespace, *dimensions = self.listed()
        self.need(")")
        return namespace, tuple(dimensions)

    def grouping(self) -> tuple[str, ...]:
        if not self.take("GROUP"):
            return ()
        self.need("BY")
        return tuple(self.listed())

    def ordering(self) -> None:
        if self.take("ORDER"):
            self.need("BY")
            self.identifier()
            self.need("(")
            self.need(")")
            if not self.peek("LIMIT") and self.at < len(self.tokens):
                self.identifier()
        if self.take("LIMIT"):
            self.identifier()

    def either(self, depth: int) -> list[Filter]:
        found = self.both(depth)
        while self.take("OR"):
            found = found + self.both(depth)
        return _few(found)

    def both(self, depth: int) -> list[Filter]:
        found = self.one(depth)
        while self.take("AND"):
            found = _few([_both(left, right) for left, right in product(found, self.one(depth))])
        return found

    def one(self, depth: int) -> list[Filter]:
        if depth > _DEEPEST:
            raise _NotAQueryError
        if self.take("NOT"):
            return [_opened(self.one(depth + 1))]
        if self.take("("):
            found = self.either(depth + 1)
            self.need(")")
            return found
        return self.comparison(self.identifier())

    def comparison(self, label: str) -> list[Filter]:
        if self.take("="):
            return [_pinned(label, self.value())]
        negated = self.take("NOT")
        differs = not negated and (self.take("!=") or self.take("<>"))
        if differs or self.take("LIKE"):
            self.value()
        elif self.take("IN"):
            self.need("(")
            values = self.listed("text")
            self.need(")")
            if not negated:
                return [_pinned(label, value) for value in values]
        else:
            raise _NotAQueryError
        return [Filter(open=frozenset({label}))]

    def listed(self, kind: str = "identifier") -> list[str]:
        found = [self.any_of(kind)]
        while self.take(","):
            found.append(self.any_of(kind))
        return found

    def identifier(self) -> str:
        return self.any_of("identifier")

    def value(self) -> str:
        return self.any_of("text", "identifier")

    def any_of(self, *kinds: str) -> str:
        if self.at >= len(self.tokens) or self.tokens[self.at].kind not in kinds:
            raise _NotAQueryError
        self.at += 1
        return self.tokens[self.at - 1].text

    def peek(self, mark: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at] == _Token("mark", mark)

    def take(self, mark: str) -> bool:
        taken = self.peek(mark)
        self.at += taken
        return taken

    def need(self, mark: str) -> None:
        if not self.take(mark):
            raise _NotAQueryError


def why_no_data(query: Query) -> Verdict:
    """Why AWS publishes nothing that the query could select."""
    verdicts = [why_no_set(query.namespace, query.metric, query.labels, exact=False)]
    if query.schema is not None:
        verdicts.append(why_no_set(query.namespace, query.metric, query.schema))
        verdicts += [
            f"{label} is no dimension of SCHEMA({', '.join([query.namespace, *query.schema])})"
            for label in sorted(query.labels - set(query.schema))
        ]
    literal = [next((label for label, value in one.pinned.items() if "*" in value), None) for one in query.filters]
    if literal and all(literal):
        verdicts.append(f"{literal[0]} is compared with a *, which CloudWatch takes literally; leave the filter out")
    return worst(verdicts)


def _few(filters: list[Filter]) -> list[Filter]:
    """More alternatives than anybody writes by hand become one that leaves their labels open."""
    return filters if len(filters) <= _MOST_FILTERS else [_opened(filters)]


def _opened(filters: list[Filter]) -> Filter:
    return Filter(open=frozenset(label for one in filters for label in (*one.pinned, *one.open)))


def _pinned(label: str, value: str) -> Filter:
    """A tag is no dimension: which series have it is not in the query."""
    return Filter(open=frozenset({label})) if label.lower().startswith("tag.") else Filter({label: value})


def _both(left: Filter, right: Filter) -> Filter:
    clash = {label for label in left.pinned if right.pinned.get(label, left.pinned[label]) != left.pinned[label]}
    pinned = {label: value for label, value in {**left.pinned, **right.pinned}.items() if label not in clash}
    return Filter(pinned, (left.open | right.open | clash) - pinned.keys())
