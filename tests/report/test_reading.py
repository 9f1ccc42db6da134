"""A report that was written is read back as it was, and nothing else is taken for one."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bedaudit.errors import ReportError
from bedaudit.kinds import kinds
from bedaudit.model import Report
from bedaudit.report import REPORTERS, Options
from bedaudit.report.members import members
from bedaudit.report.reading import read_report
from tests.report.hostile import HOSTILE, filled
from tests.report.sample import REPORT

WRONG: tuple[Any, ...] = (None, True, -1, "other", [{}], {})


def text(report: Report = REPORT) -> str:
    return "".join(REPORTERS["json"](report, Options()))


def read(path: Path, data: str | bytes, known: Any = None) -> Report:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_report(path, known or kinds())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "report.json"


@pytest.mark.parametrize(
    "written",
    [
        text(),
        json.dumps(json.loads(text()), indent=4),
        json.dumps(dict(reversed(json.loads(text()).items())), separators=(",", ":"), ensure_ascii=False),
        "\ufeff" + text(),
        gzip.compress(text().encode()),
    ],
    ids=["as written", "pretty", "turned round", "with a mark of byte order", "gzipped"],
)
def test_a_report_is_read_back_as_it_was_however_it_is_laid_out(path: Path, written: str | bytes) -> None:
    assert text(read(path, written)) == text()


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_whatever_aws_said_is_read_back_as_it_was(path: Path, hostile: str) -> None:
    findings = sorted(filled(tuple(REPORT.findings), hostile), key=lambda finding: finding.order)
    scan = replace(filled(REPORT.scan, hostile), policies=REPORT.scan.policies)
    written = text(Report(scan, findings, filled(REPORT.gaps, hostile), (hostile,)))
    assert text(read(path, written, {hostile})) == written


def test_a_report_of_nothing_is_read(path: Path) -> None:
    empty = text(Report(REPORT.scan, ()))
    assert text(read(path, empty)) == empty


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_members_are_the_same_wherever_the_text_is_cut(size: int) -> None:
    document = '{"a": [1, -2.5e3, "\\u00e9\N{SNOWMAN}", {"b": [[], {}]}], "c": 1234567, "d": [], "e": true, "f": {}} \n'
    data = document.encode()
    assert list(members(data[at : at + size] for at in range(0, len(data), size))) == [
        ("a", []),
        ("a", 1),
        ("a", -2500.0),
        ("a", "\u00e9\N{SNOWMAN}"),
        ("a", {"b": [[], {}]}),
        ("c", 1234567),
        ("d", []),
        ("e", True),
        ("f", {}),
    ]


def test_no_value_is_read_that_does_not_fit_in_memory() -> None:
    with pytest.raises(ReportError, match="a value is longer than 100 characters"):
        list(members((b'{"a": "', *[b"x" * 60] * 9, b'"}'), longest=100))


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("", "line 1: is not JSON: { is missing"),
        ("[]", "line 1: is not JSON: { is missing"),
        ("{}", "schema_version: Field required"),
        (text()[:-400], "is not JSON: "),
        (text()[:300], "is not JSON: Unterminated string starting at"),
        (text() + "{}", "something follows the end of the report"),
        (gzip.compress(text().encode())[:-20], "is cut off"),
        (b"\x1f\x8b" + b"\xff" * 40, "is damaged: "),
        (b'{"a": "\xff"}', "is not UTF-8"),
        ('{"a": 1, "a": 1}', "line 1: has a member twice"),
        ("{\n1: 1}", "line 2: is not JSON: a name is missing"),
        ('{"a": 1e999}', "holds a number that is out of range: 1e999"),
        ('{"a": NaN}', "holds a number that is out of range: NaN"),
        ('{"a": nonsense of some length}', "is not JSON: Expecting value"),
        ('{"a": ' + "[" * 5000 + "]" * 5000 + "}", "is nested too deeply"),
        ('{"a": {"b":' + "[" * 150 + "]" * 150 + "}}", "is nested too deeply"),
        (text().replace('"1.0"', '"2.0"'), "is of version '2.0'; this bedaudit reads reports of version '1.0'"),
        (text().replace('"bedaudit"', '"badaudit"'), "tool.name: Input should be 'bedaudit'"),
        (text().replace('"fail"', '"failed"', 1), "summary.fail: Field required"),
        (text().replace('"critical", "outcome"', '"grave", "outcome"', 1), "findings[0].severity: Input should be"),
        (text().replace("dashboards-show", "dashboard-shows"), "the id is not that of what the finding says"),
        (text().replace("bedrock-errors", "bedrock-error"), "the id is not that of what the finding says"),
        (text().replace('"notices": [', '"notices": [{"a": 1},'), "notices[0]: is not what a report has there"),
    ],
)
def test_what_is_no_report_is_refused_with_what_is_wrong(path: Path, written: str | bytes, problem: str) -> None:
    with pytest.raises(ReportError) as told:
        read(path, written)
    said = str(told.value)
    assert said.startswith(f"{path}: ")
    assert problem in said


def test_a_file_that_is_not_there_is_told_of(path: Path) -> None:
    with pytest.raises(ReportError, match="cannot be read: No such file or directory"):
        read_report(path, kinds())


def test_the_reader_takes_what_the_schema_takes(path: Path) -> None:
    schema = json.loads(files("bedaudit").joinpath("schemas", "report.schema.json").read_text())
    valid = Draft202012Validator(schema).is_valid
    whole = json.loads(text())
    empty = {**whole, "findings": [], "gaps": whole["gaps"][:1], "notices": ["a"]}
    documents = [*_changed(empty)]
    for name in ("resource", "drift", "evidence", "gaps", "waiver"):
        told = next(each for each in whole["findings"] if each[name])
        documents += [(where, {**empty, "findings": [finding]}) for where, finding in _changed(told)]
    different = {name for name, document in documents if _taken(path, document) != valid(document)}
    assert all(name.endswith("is None") for name in different)  # null is taken for what may be left out
    assert {name.split()[-3] for name in different} <= {"witness", "nearest", "because"}


def _changed(value: Any) -> Iterator[tuple[str, Any]]:
    """The value with one thing in it taken away, added, or of another type."""
    if isinstance(value, dict):
        yield "more", {**value, "more": 1}
        for name, member in value.items():
            yield f"without {name}", {key: each for key, each in value.items() if key != name}
            yield from ((f"{name} {where}", {**value, name: changed}) for where, changed in _changed(member))
    elif isinstance(value, list):
        for at, element in enumerate(value):
            for where, changed in _changed(element):
                yield f"{at} {where}", [*value[:at], changed, *value[at + 1 :]]
    yield from ((f"is {wrong!r}", wrong) for wrong in WRONG)


def _taken(path: Path, document: Any) -> bool:
    try:
        read(path, json.dumps(document))
    except ReportError as error:
        return "the id is not that" in str(error)
    return True
