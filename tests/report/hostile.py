"""Text that would act if a format let it, and reports full of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

HOSTILE = {
    "HTML": "<script>alert(1)</script>",
    "quotes": '"\'"]]>\\',
    "colour": "\x1b[31mred\x1b[0m",
    "title of the window": "\x1b]0;owned\x07",
    "8-bit control": "\x9b31m",
    "formula": "=cmd|'/c calc'!A1",
    "workflow command": "::error file=a::owned",
    "workflow command after blanks": "a \n\r\t  ::set-output name=a::owned",
    "workflow command after many words": "word " * 30 + "::error::owned",
    "workflow command where a line is folded": "x" * 55 + "::error::owned" * 20,
    "old workflow command": "##[error]owned",
    "old workflow command in two": "####[[error]",
    "backticks": "`rm -rf`",
    "table": "a | b |",
    "line ends": "a\nb\r\nc\vd\fe\x85f\u2028g\u2029h",
    "right to left": "a\u202egnp.exe\u2066\u200f",
    "zero width": "a\u200bb\ufeffc\u00ad",
    "rich markup": "[red]bold[/red] [link=https://example.com]x[/link] :warning:",
    "Markdown": "[x](https://example.com) ![y](z) **b** <!-- -->",
    "mention": "@octocat @github/security a@example.com",
    "reference": "#1 owner/repo#2 GH-3 :x:",
    "bare link": "https://example.com www.example.com",
    "end of a cell": "a \\| b \\\\| `c` ``d | e",
    "XML": "<![CDATA[x]]> &lt;&amp; <?x?> \ufffe\uffff",
    "wide formula": "\uff1d1+1",
    "formula after blanks": " \t=1+1",
    "escapes of a command": "%0A::error::x%25,y=1",
    "placeholder": "{0} {} %s ${x}",
    "backspace": "abc\b\b\bxyz\x7f\x00",
    "half a character": "\ud800",
    "wide": "汉字" * 40,
    "long": "n" * 10_000,
    "empty": "",
}

_FREE = ("str", "str | None")


def filled(value: Any, text: str) -> Any:
    """The value with every free text in it replaced."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {
            field.name: text if str(field.type) in _FREE else filled(getattr(value, field.name), text)
            for field in dataclasses.fields(value)
            if field.init
        }
        return dataclasses.replace(value, **changes)
    if isinstance(value, tuple):
        return tuple(text if isinstance(each, str) else filled(each, text) for each in value)
    if isinstance(value, Mapping):
        return {text: filled(next(iter(value.values())), text)} if value else {}
    return {text: [text]} if isinstance(value, bool | float | list) else value
