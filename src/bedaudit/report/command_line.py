"""A call as lines of the AWS command line interface that can be pasted into a shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bedaudit.model import GLOBAL, Call
from bedaudit.report.plain import ascii_json

WIDTH = 72
"""Columns that a line may take."""
_COMMANDS: Mapping[str, str] = {"s3": "s3api"}
"""Where the command is not named as the service."""
_PLAIN = re.compile(r"(?!file:|fileb:|https?:)[\w/.:@=+,][\w/.:@=+, -]*", re.ASCII)
"""Text that the command line takes as it is."""
_FIRST = re.compile(r"(.)([A-Z][a-z]+)")
_NUMBER_OR_LOWER = re.compile(r"([a-z0-9])([A-Z])")
_PLURAL = re.compile(r"[A-Z]{2,}s$")


def command_line(call: Call, region: str) -> str:
    """The call, in one line if that is short; otherwise each option, and each member of its JSON, has its own."""
    command = ["aws", _COMMANDS.get(call.service, call.service), kebab(call.operation)]
    command += [] if region == GLOBAL else ["--region", region]
    short = shlex.join([*command, *_words(_options(call.parameters, None))])
    if len(short) <= WIDTH:
        return short
    return " \\\n  ".join(map(shlex.join, (command, *_options(call.parameters, 2))))


def _options(parameters: Mapping[str, Any], indent: int | None) -> Iterator[tuple[str, str]]:
    if all(map(_is_plain, parameters.values())):
        yield from ((f"--{kebab(name)}", str(value)) for name, value in parameters.items())
    else:
        yield "--cli-input-json", ascii_json(parameters, indent)


def _words(options: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (word for option in options for word in option)


def kebab(name: str) -> str:
    """A name as the command line spells it, by botocore's own rules."""
    if "-" in name:
        return name
    if plural := _PLURAL.search(name):
        name = f"{name[: plural.start()]}-{plural.group().lower()}"
    name = _FIRST.sub(r"\1-\2", name)
    return _NUMBER_OR_LOWER.sub(r"\1-\2", name).lower().replace("--", "-")


def _is_plain(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float) or (isinstance(value, str) and _PLAIN.fullmatch(value) is not None)
