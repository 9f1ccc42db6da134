"""Conditions and paths as the policy language spells them, in plain JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from bedaudit.policy.model import Combination, Condition
from bedaudit.policy.words import EQUALS, WORDS

_PLAIN_NAME = re.compile(r"[^.\"\s]+")


def dotted(path: Iterable[str]) -> str:
    """A path; names with a dot, a quote or a space in them are quoted."""
    return ".".join(name if _PLAIN_NAME.fullmatch(name) else json.dumps(name, ensure_ascii=False) for name in path)


def spelled(condition: Condition) -> Any:
    """What a condition says, without the path where it is a single word."""
    if isinstance(condition, Combination):
        return {condition.op: [with_path(each) for each in condition.conditions]}
    match WORDS[condition.word].argument:
        case "condition":
            argument = with_path(condition.argument)
        case "count":
            words = {test.word: _plain(test.argument) for test in condition.argument}
            argument = words[EQUALS] if list(words) == [EQUALS] else words
        case _:
            argument = _plain(condition.argument)
    return argument if condition.word == EQUALS else {condition.word: argument}


def with_path(condition: Condition) -> Any:
    """What a condition says, and of which paths."""
    if isinstance(condition, Combination):
        return _joined(condition) if condition.op == "all" else spelled(condition)
    return {dotted(condition.path): spelled(condition)} if condition.path else spelled(condition)


def _joined(condition: Combination) -> Any:
    """One mapping, as `{a: 1, b: 2}` was written, where no two members would share a key."""
    members = [with_path(each) for each in condition.conditions]
    if all(isinstance(member, dict) for member in members):
        joined = {name: value for member in members for name, value in member.items()}
        if len(joined) == sum(map(len, members)):
            return joined
    return {"all": members}


def _plain(value: Any) -> Any:
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value
