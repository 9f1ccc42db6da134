"""Log queries: which log groups they read, and their text without the literals that may be secrets.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from __future__ import annotations

import hashlib
import re

_SOURCE = re.compile(
    r"""\s*SOURCE\s+(?:(?P<many>logGroups\s*\([^)]*\))|(?P<one>'[^']*'|"[^"]*"|`[^`]*`))\s*(?:\||$)""", re.IGNORECASE
)
"""A source stands at the start of the query, or after another one."""
_SQL_FROM = re.compile(r"\b(?:FROM|JOIN)\s+`([^`]+)`", re.IGNORECASE)
_PREFIXES = re.compile(r"\bnamePrefix\s*:\s*\[([^\]]*)\]", re.IGNORECASE)
_IDENTIFIERS = re.compile(r"\blogGroupIdentifiers?\s*:\s*\[([^\]]*)\]", re.IGNORECASE)
_QUOTED = re.compile(r"""'([^']*)'|"([^"]*)\"""")
_LITERAL = re.compile(
    r"""'(?:[^'\\]|\\.?)*(?:'|\Z)|"(?:[^"\\]|\\.?)*(?:"|\Z)|/(?:[^/\\\n]|\\.)+/|\#[^\n]*""", re.DOTALL
)


def log_groups(query: str) -> tuple[str, ...]:
    """The names of the log groups that the query itself names; `prefix*` for those that it finds by their prefix."""
    found: list[str] = []
    for source in _sources(query):
        found += _many(source["many"]) if source["many"] else [source["one"][1:-1]]
    found += [match[1] for match in _SQL_FROM.finditer(query)]
    return tuple(dict.fromkeys(name_of(group) for group in found if group))


def _sources(query: str) -> list[re.Match[str]]:
    found: list[re.Match[str]] = []
    while (source := _SOURCE.match(query, found[-1].end() if found else 0)) is not None:
        found.append(source)
    return found


def _many(call: str) -> list[str]:
    prefixes = [f"{text}*" for match in _PREFIXES.finditer(call) for text in _texts(match[1])]
    named = [text for match in _IDENTIFIERS.finditer(call) for text in _texts(match[1])]
    return prefixes + named or ["*"]


def _texts(items: str) -> list[str]:
    return [match[1] or match[2] or "" for match in _QUOTED.finditer(items)]


def name_of(name_or_arn: str) -> str:
    """The name of a log group that is given by its name or ARN."""
    parts = name_or_arn.split(":", 6)
    is_arn = len(parts) == 7 and parts[0] == "arn" and parts[5] == "log-group"
    return parts[6].removesuffix(":*") if is_arn else name_or_arn


def without_literals(query: str) -> str:
    """The query with each quoted text, regular expression and comment replaced by its hash; its sources stay."""
    sources = _sources(query)
    end = sources[-1].end() if sources else 0
    return query[:end] + _LITERAL.sub(_hashed, query[end:])


def _hashed(literal: re.Match[str]) -> str:
    return f'"sha256:{hashlib.sha256(literal[0].encode("utf-8", "surrogatepass")).hexdigest()}"'
