"""Globs and regular expressions that take linear time, whatever the pattern and the text."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

_NOTHING = r"[^\x00-\x{10FFFF}]"


def glob_match(pattern: str, text: str) -> bool:
    """Whether a glob (`*`, `?`, `[a-z]`, `[!a-z]`) covers the whole text; case matters."""
    return _full_match(glob_regex(pattern), text)


def regex_match(pattern: str, text: str) -> bool:
    """Whether a regular expression (RE2's syntax) covers the whole text."""
    return _full_match(pattern, text)


def regex_search(pattern: str, text: str) -> bool:
    """Whether a regular expression covers some part of the text."""
    return _compiled(pattern).search(_bytes(text)) is not None


def regex_problem(pattern: str) -> str | None:
    """What is wrong with a regular expression."""
    try:
        _compiled(pattern)
    except re2.error as error:
        reason = error.args[0]
        return f"not a regular expression: {reason.decode() if isinstance(reason, bytes) else reason}"
    return None


def escape_glob(text: str) -> str:
    """A glob that only this text meets."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in text)


def escape_regex(text: str) -> str:
    """A regular expression that only this text meets."""
    return str(re2.escape(text))


@lru_cache(maxsize=4096)
def glob_regex(pattern: str) -> str:
    """The regular expression that means the same as a glob."""
    parts, at = [], 0
    while at < len(pattern):
        character = pattern[at]
        end = pattern.find("]", at + (3 if pattern[at + 1 : at + 2] == "!" else 2)) if character == "[" else -1
        if end > 0:
            parts.append(_characters(pattern[at + 1 : end]))
            at = end
        else:
            parts.append({"*": "(?s:.*)", "?": "(?s:.)"}.get(character) or escape_regex(character))
        at += 1
    return "".join(parts)


def _characters(inside: str) -> str:
    """The class between the brackets of a glob."""
    negated = inside.startswith("!")
    left, ranges = inside.removeprefix("!"), []
    while left:
        low, high = left[0], left[2] if left[1:2] == "-" and len(left) > 2 else left[0]
        left = left[3:] if left[1:2] == "-" and len(left) > 2 else left[1:]
        if low <= high:
            ranges.append(rf"\x{{{ord(low):x}}}-\x{{{ord(high):x}}}")
    if not ranges:
        return "(?s:.)" if negated else _NOTHING
    return f"[{'^' if negated else ''}{''.join(ranges)}]"


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    return re2.compile(_bytes(pattern), options)


def _full_match(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(_bytes(text)) is not None


def _bytes(text: str) -> bytes:
    # Text may hold lone surrogates, which JSON allows and UTF-8 does not.
    return text.encode("utf-8", "replace")
