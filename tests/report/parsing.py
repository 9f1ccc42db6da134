"""Reads reports as their consumers do; each raises or asserts where one would stumble."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import cmarkgfm
import xmlschema
from botocore.session import Session
from botocore.validate import ParamValidator
from cmarkgfm.cmark import Options as CmarkOptions
from jsonschema import Draft202012Validator

from tests.report.html_page import Page

FOLDER = Path(__file__).parent


def read_json(text: str) -> Any:
    return json.loads(text)


def read_csv(text: str) -> list[dict[str, str]]:
    assert text.endswith("\r\n")
    assert not re.search(r"(?<!\r)\n|\r(?!\n)", text)
    names, *rows = csv.reader(StringIO(text, newline=""), strict=True)
    assert {len(row) for row in rows} <= {len(names)}
    return [dict(zip(names, row, strict=True)) for row in rows]


@cache
def _junit() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(FOLDER / "junit.xsd"))


def read_junit(text: str) -> ET.Element:
    _junit().validate(text)
    return ET.fromstring(text)


@cache
def _ocsf() -> Draft202012Validator:
    return Draft202012Validator(json.loads((FOLDER / "ocsf.schema.json").read_text()))


def read_ocsf(text: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = json.loads(text)
    for event in events:
        _ocsf().validate(event)
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
    return events


@cache
def _security_hub() -> Any:
    return Session().get_service_model("securityhub")


def read_asff(text: str) -> list[dict[str, Any]]:
    """Findings that botocore's model takes, with its patterns, and the lengths that its documentation tells."""
    findings: list[dict[str, Any]] = json.loads(text)
    shape = _security_hub().shape_for("AwsSecurityFinding")
    for finding in findings:
        report = ParamValidator().validate(finding, shape)
        assert not report.has_errors(), report.generate_report()
        _keeps_limits(finding, shape)
        assert len(json.dumps(finding).encode()) <= 240 * 1000
    return findings


def _keeps_limits(value: Any, shape: Any, documentation: str = "") -> None:
    longest = re.search(r"Maximum (?:length|number) of (\d+)|Maximum of (\d+) length", documentation)
    if longest and shape.type_name in ("string", "list"):
        assert len(value) <= int(longest.group(1) or longest.group(2)), documentation
    if shape.type_name == "string":
        assert re.search(shape.metadata.get("pattern", ""), value), value
        assert value in (shape.metadata.get("enum") or [value])
    for each, its_shape, its_documentation in _within(value, shape):
        _keeps_limits(each, its_shape, its_documentation)


def _within(value: Any, shape: Any) -> Iterator[tuple[Any, Any, str]]:
    if shape.type_name == "structure":
        assert value.keys() <= shape.members.keys()
        yield from ((each, shape.members[name], shape.members[name].documentation) for name, each in value.items())
    elif shape.type_name == "list":
        yield from ((each, shape.member, "") for each in value)
    elif shape.type_name == "map":
        yield from ((each, shape.key, "Maximum length of 2048") for each in (*value, *value.values()))


COMMAND = re.compile(r"::(error|warning|notice)( (file=[^:,]*,line=\d+,)?title=[^:,]*)?::[^\n]+", re.ASCII)


def read_github(text: str) -> list[str]:
    lines = text.splitlines(keepends=True)
    for line in lines:
        assert line.endswith("\n")
        assert COMMAND.fullmatch(line[:-1])
        assert re.search(r"%(?!25|0A|0D|3A|2C)", line) is None
    return lines


_OURS = {"h2", "h3", "table", "thead", "tbody", "tr", "th", "td", "code", "strong", "ul", "li", "p", "sub", "br"}


class _Page(HTMLParser):
    """The elements of a page, and what stands outside code, where GitHub looks for mentions and references."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.comments = 0
        self.prose = ""
        self.code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert [name for name, _ in attrs] in ([], ["align"])
        self.tags.add(tag)
        self.code = tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self.code = False

    def handle_comment(self, data: str) -> None:
        self.comments += 1

    def handle_data(self, data: str) -> None:
        self.prose += "" if self.code else data


def read_markdown(text: str) -> str:
    """The page as GitHub's own renderer makes it, with nothing in it but what we put there."""
    html: str = cmarkgfm.github_flavored_markdown_to_html(text, CmarkOptions.CMARK_OPT_UNSAFE)
    page = _Page()
    page.feed(html)
    assert page.tags <= _OURS
    assert not page.comments
    assert not re.search(r"@[\w]|#\w|\w://|www\.|GH-\d|(?<!\S):[a-z+-]+:", page.prose)
    columns = 0
    for line in text.splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not (columns and cells) or cells == columns
        columns = cells
    return html


READERS: Mapping[str, Callable[[str], Any]] = {
    "json": read_json,
    "sarif": read_json,
    "html": Page,
    "markdown": read_markdown,
    "junit": read_junit,
    "csv": read_csv,
    "ocsf": read_ocsf,
    "asff": read_asff,
    "github": read_github,
}
