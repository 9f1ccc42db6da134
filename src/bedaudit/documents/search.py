"""SEARCH expressions: which metrics they find.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from bedaudit.documents.catalogue import Metric, metrics_with, namespaces

ANY = "*"
"""In place of a metric's name: every metric of a namespace that is not in the catalogue."""


@dataclass(frozen=True, slots=True)
class Found:
    """Metrics that a search finds: one name, with the dimensions that it is pinned to."""

    namespace: str
    metric: str
    dimensions: Mapping[str, str] = field(default_factory=dict)
    account: str | None = None
    each: frozenset[str] | None = frozenset()
    """Dimensions of which it finds a series for each value; None: any that there are."""
    open: bool = False
    """Whether it leaves series out in a way that names no single value."""


@dataclass(frozen=True, slots=True)
class Search:
    """One SEARCH of an expression."""

    found: tuple[Found, ...]
    stat: str | None


@dataclass(frozen=True, slots=True)
class _Term:
    """Text that a property, or any of them where it is None, must have."""

    property: str | None
    text: str
    exact: bool


@dataclass(frozen=True, slots=True)
class _Many:
    op: Literal["AND", "OR", "NOT"]
    parts: tuple[_Part, ...]


_Part: TypeAlias = _Term | _Many

_CALL = re.compile(
    r"""\bSEARCH\s*\(\s*(?:'(?P<single>(?:[^'\\]|\\.)*)'|"(?P<double>(?:[^"\\]|\\.)*)")
    (?:\s*,\s*(?:'(?P<stat>[^']*)'|"(?P<stat2>[^"]*)"))?""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_SCHEMA = re.compile(r"\{([^{}]*)\}")
_FIELD = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,"]++))\s*+(?:,|$)')
_TOKEN = re.compile(r'\s*(?:"(?P<exact>(?:[^"\\]|\\.)*)"|(?P<mark>[()=])|(?P<word>[^\s()="]+))\s*', re.DOTALL)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_DEEPEST = 50
_LONGEST = 1024
"""CloudWatch refuses longer searches."""


def parse(expression: str) -> tuple[Search, ...]:
    """Every SEARCH in the expression; one that cannot be understood finds nothing."""
    return tuple(_search(call) for call in _CALL.finditer(expression))


def _search(call: re.Match[str]) -> Search:
    text = call["single"] if call["single"] is not None else call["double"]
    stat = call["stat"] or call["stat2"]
    unescaped = re.sub(r"\\(.)", r"\1", text) if call["single"] is None else text.replace("\\'", "'")
    return Search(_found(unescaped), stat)


def _found(text: str) -> tuple[Found, ...]:
    if len(text) > _LONGEST:
        return ()
    schema = _SCHEMA.search(text)
    namespace, dimensions = _fields(schema[1]) if schema else (None, None)
    try:
        part = _Parser(_SCHEMA.sub(" ", text)).either(0)
    except _NotASearchError:
        return ()
    namespace = namespace or next(iter(_exactly(part, "Namespace")), None)
    pinned = _pinned(part, dimensions)
    account = next(iter(_exactly(part, ":aws.AccountId")), None)
    names = _names(part, namespace, dimensions)
    each = None if dimensions is None else frozenset(dimensions).difference(pinned)
    leaves_out = _leaves_out(part, pinned, [name for _, name in names])
    return tuple(Found(of, name, pinned, account, each, leaves_out) for of, name in names)


def _fields(text: str) -> tuple[str | None, tuple[str, ...]]:
    fields = [re.sub(r"\\(.)", r"\1", found[1] or found[2] or "").strip() for found in _FIELD.finditer(text)]
    return (fields[0] if fields else None), tuple(fields[1:])


class _NotASearchError(Exception):
    """Ends the parsing."""


class _Parser:
    """Reads search terms from left to right."""

    def __init__(self, text: str) -> None:
        self.tokens = [(match.lastgroup or "", match[match.lastgroup or 0]) for match in _TOKEN.finditer(text.strip())]
        self.at = 0

    def either(self, depth: int, of: str | None = None) -> _Part:
        parts = [self.both(depth, of)]
        while self.take("OR"):
            parts.append(self.both(depth, of))
        return parts[0] if len(parts) == 1 else _Many("OR", tuple(parts))

    def both(self, depth: int, of: str | None) -> _Part:
        parts = []
        while self.at < len(self.tokens) and self.tokens[self.at] not in (("mark", ")"), ("word", "OR")):
            if not self.take("AND"):
                parts.append(self.one(depth, of))
        return parts[0] if len(parts) == 1 else _Many("AND", tuple(parts))

    def one(self, depth: int, of: str | None) -> _Part:
        if depth > _DEEPEST or self.at >= len(self.tokens):
            raise _NotASearchError
        if self.take("NOT"):
            return _Many("NOT", (self.one(depth + 1, of),))
        if self.take("("):
            part = self.either(depth + 1, of)
            if not self.take(")"):
                raise _NotASearchError
            return part
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "mark":
            raise _NotASearchError
        text = re.sub(r"\\(.)", r"\1", text)
        return self.one(depth + 1, text) if of is None and self.take("=") else _Term(of, text, kind == "exact")

    def take(self, token: str) -> bool:
        taken = self.at < len(self.tokens) and self.tokens[self.at] in (("mark", token), ("word", token))
        self.at += taken
        return taken


def _exactly(part: _Part, name: str) -> tuple[str, ...]:
    """The values that a property may have, where the search names them whole; terms under NOT do not count."""
    match part:
        case _Term():
            return (part.text,) if part.property == name and (part.exact or name != "MetricName") else ()
        case _Many(op="NOT"):
            return ()
        case _Many():
            return tuple(dict.fromkeys(text for one in part.parts for text in _exactly(one, name)))


def _pinned(part: _Part, dimensions: Iterable[str] | None) -> Mapping[str, str]:
    values = {name: _exactly(part, name) for name in dimensions or ()}
    return {name: found[0] for name, found in values.items() if len(found) == 1}


def _leaves_out(part: _Part, pinned: Mapping[str, str], names: list[str]) -> bool:
    """Whether some term is about the values of dimensions that are not pinned."""
    if isinstance(part, _Many):
        return any(_leaves_out(one, pinned, names) for one in part.parts)
    if part.property is None:
        return not any(_has(name, part.text) for name in names)
    return part.property not in ("MetricName", "Namespace", ":aws.AccountId", *pinned)


def _names(part: _Part, namespace: str | None, dimensions: tuple[str, ...] | None) -> list[tuple[str, str]]:
    """Namespace and name of the metrics found."""
    if namespace is not None and (namespace not in namespaces() or not namespaces()[namespace].complete):
        return [(namespace, name) for name in _exactly(part, "MetricName") or (ANY,)]
    if namespace is None and part == _Many("AND", ()):
        return []
    searched = [namespace] if namespace else list(namespaces())
    found = [(of, metric) for of in searched for metric in _candidates(of, dimensions)]
    known = [metric.name for _, metric in found] if namespace else None
    return [(of, metric.name) for of, metric in found if _matches(part, of, metric, _elsewhere(known))]


def _candidates(namespace: str, dimensions: tuple[str, ...] | None) -> tuple[Metric, ...]:
    if dimensions is None:
        return tuple(namespaces()[namespace].metrics.values())
    return metrics_with(namespace, dimensions)


def _elsewhere(names: list[str] | None) -> Callable[[str], bool]:
    """Whether a free term must be about the value of a dimension, since no metric that could be meant has it."""
    return lambda text: names is not None and not any(_has(name, text) for name in names)


def _matches(part: _Part, namespace: str, metric: Metric, elsewhere: Callable[[str], bool]) -> bool:
    match part:
        case _Many(op="NOT"):
            return not _matches(part.parts[0], namespace, metric, elsewhere)
        case _Many(op="OR"):
            return any(_matches(one, namespace, metric, elsewhere) for one in part.parts)
        case _Many():
            return all(_matches(one, namespace, metric, elsewhere) for one in part.parts)
        case _Term(property="MetricName"):
            return _fits(part, metric.name)
        case _Term(property=None) if not elsewhere(part.text):
            return _fits(part, metric.name) or _fits(part, namespace)
        case _:
            return part.property != "Namespace" or _fits(part, namespace)


def _fits(term: _Term, value: str) -> bool:
    return value == term.text if term.exact else _has(value, term.text)


def _has(value: str, text: str) -> bool:
    """Whether the words of `text` stand in the value: CloudWatch splits names into words and ignores case."""
    words = [word.casefold() for word in _WORDS.findall(value)]
    wanted = [word.casefold() for word in _WORDS.findall(text)]
    whole = value.casefold() == text.casefold()
    return whole or (bool(wanted) and all(word in words for word in wanted))
