"""Text from AWS and from files must not act in any format, wherever it stands."""

from __future__ import annotations

import dataclasses
import json
import re
import unicodedata
from typing import Any

import pytest
from rich.cells import cell_len

from bedaudit.model import Report
from bedaudit.report import REPORTERS, Options
from tests.report.hostile import HOSTILE, filled
from tests.report.parsing import READERS
from tests.report.sample import REPORT


def written(name: str, report: Report, **options: Any) -> str:
    return "".join(REPORTERS[name](report, Options(**options)))


@pytest.fixture(params=HOSTILE, scope="module")
def hostile(request: pytest.FixtureRequest) -> str:
    return HOSTILE[request.param]


@pytest.fixture(scope="module")
def report(hostile: str) -> Report:
    found = filled(REPORT, hostile)
    assert isinstance(found, Report)
    return found


def test_the_text_stands_in_every_field() -> None:
    found = filled(REPORT, "HOSTILE")
    texts = json.dumps(dataclasses.asdict(found))
    for kept in ("prod", "us-east-1", "bedrock", "invocation", "sts:", "arn:aws", "SEC-1234", "0f3c", "Logging"):
        assert kept not in texts


@pytest.mark.parametrize("name", REPORTERS)
def test_nothing_that_acts_is_printed(name: str, report: Report) -> None:
    for options in ({}, {"sarif_for": "github"}, {"why": True, "width": 60}, {"markdown_for": "summary"}):
        printed = written(name, report, **options)
        shown = printed.replace("\r\n", "\n") if name == "csv" else printed
        used = set(shown) - {"\n"}
        assert not [each for each in used if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl")]
        assert name == "github" or not re.search(r"^\s*::", printed, re.MULTILINE)
        assert "##[" not in printed
        printed.encode("utf-8")


@pytest.mark.parametrize("name", sorted(set(REPORTERS) - {"text"}))
def test_documents_stay_well_formed(name: str, report: Report) -> None:
    assert READERS[name](written(name, report))


def test_a_spreadsheet_calculates_nothing(report: Report) -> None:
    for row in READERS["csv"](written("csv", report)):
        assert not [cell for cell in row.values() if re.match(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]", cell)]


def test_json_gives_back_what_it_was_given(hostile: str, report: Report) -> None:
    found = json.loads(written("json", report))
    first = found["findings"][0]
    assert [first["account"], first["region"], first["message"], found["notices"][0]] == [hostile] * 4


def test_colour_changes_nothing_but_colour(report: Report) -> None:
    plain, coloured = (written("text", report, colour=colour) for colour in (False, True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_no_line_is_wider_than_the_terminal_and_nothing_is_cut(hostile: str, report: Report) -> None:
    printed = written("text", report, width=60)
    assert max(map(cell_len, printed.splitlines())) <= 60
    assert printed.count("n") > 100_000 or hostile != HOSTILE["long"]
