"""Reads a page as strictly as a browser is lax."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

_VOID = {"meta", "circle", "rect", "line", "polyline", "input"}
_TAGS = re.compile(
    "html|head|title|meta|style|script|body|svg|defs|pattern|g|text|circle|rect|line|polyline|a|header|main|section|"
    "h[123]|p|dl|dt|dd|div|span|strong|small|b|i|em|bdi|code|table|caption|thead|tbody|tr|th|td|details|summary|form|"
    "label|select|option|input|fieldset|legend|button|output|ul|li"
)
_NAMES = re.compile(
    "lang|charset|http-equiv|content|name|class|id|href|rel|role|hidden|type|value|checked|tabindex|colspan|scope|"
    "autocomplete|spellcheck|width|height|viewbox|preserveaspectratio|[xy][12]?|c[xy]|r|points|focusable|"
    "pattern(units|transform)|data-[cps]|aria-(hidden|label|labelledby)"
)
_LINK = re.compile(r"#[a-z0-9]+|https?://[^\s<>\"]+|[\w.-]+(/[\w.-]+)?|\.\./[\w.-]+")


class Page(HTMLParser):
    """What is in a page; a tag, attribute or link that ours have not is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open
        assert self.tags.count("style") == self.tags.count("script") == 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        assert _TAGS.fullmatch(tag)
        assert all(_NAMES.fullmatch(name) for name, _ in attrs)
        found = dict(attrs)
        self.tags.append(tag)
        if "id" in found:
            self.ids.append(found["id"])
        if "href" in found:
            assert tag == "a"
            assert _LINK.fullmatch(found["href"])
            self.links.append(found["href"])
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] not in ("style", "script"):
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)
