"""Where reports go."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bedaudit.cli.outputs import OUTPUT, Output, check_writable, chosen, write_file
from bedaudit.errors import ReportError

TEXT, JSON = Output("text", None), Output("json", None)
OBJECT = Output("json", "s3://b/k")
FILE = Output("json", Path("r.json"))


@pytest.mark.parametrize(
    ("given", "output"),
    [
        ("json:report.json", Output("json", Path("report.json"))),
        ("sarif:-", Output("sarif", None)),
        ("json:a:b", Output("json", Path("a:b"))),
        ("sarif:reports/", Output("sarif", Path("reports"), by_account=True)),
        ("json:s3://b/k.json", Output("json", "s3://b/k.json")),
        ("json:s3://b/k/", Output("json", "s3://b/k/", by_account=True)),
    ],
)
def test_output_is_a_format_and_a_path(given: str, output: Output) -> None:
    assert OUTPUT.convert(given, None, None) == output


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("report.json", "'report.json' is not FORMAT:PATH, as json:report.json or sarif:- are"),
        ("json:", "'json:' is not FORMAT:PATH, as json:report.json or sarif:- are"),
        ("jsn:a.json", 'unknown format "jsn": did you mean "json"?'),
    ],
)
def test_output_that_is_none_is_a_usage_error(given: str, said: str) -> None:
    with pytest.raises(click.BadParameter) as raised:
        OUTPUT.convert(given, None, None)
    assert raised.value.message == said


@pytest.mark.parametrize(
    ("format_", "given", "outputs"),
    [
        (None, (), (TEXT,)),
        ("json", (), (JSON,)),
        (None, (FILE,), (TEXT, FILE)),
        ("json", (FILE,), (JSON, FILE)),
        (None, (JSON,), (JSON,)),
        (None, (FILE, JSON), (FILE, JSON)),
    ],
)
def test_stdout_has_exactly_one_report(
    format_: str | None, given: tuple[Output, ...], outputs: tuple[Output, ...]
) -> None:
    assert chosen(format_, given) == outputs


@pytest.mark.parametrize(
    ("format_", "given"),
    [
        ("json", (JSON,)),
        (None, (TEXT, JSON)),
        (None, (FILE, Output("sarif", Path("./r.json")))),
        (None, (OBJECT, OBJECT)),
    ],
)
def test_two_reports_for_one_place_are_a_usage_error(format_: str | None, given: tuple[Output, ...]) -> None:
    with pytest.raises(click.UsageError):
        chosen(format_, given)


def test_a_report_in_place_of_the_snapshot_is_a_usage_error() -> None:
    with pytest.raises(click.UsageError):
        chosen(None, (FILE,), Path("r.json"))


def test_missing_directory_is_known_before_the_scan(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="there is no directory"):
        check_writable(tmp_path / "no" / "r.json")
    with pytest.raises(ReportError, match="it is a directory"):
        check_writable(tmp_path)
    check_writable(tmp_path / "r.json")
    check_writable(Path(os.devnull))
    with pytest.raises(ReportError, match="it is not a file, and would be replaced by one"):
        check_writable(Path(os.devnull), device=False)


def test_report_replaces_a_file_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text("before")

    def broken() -> Iterator[str]:
        yield "half"
        raise ReportError("no more")

    with pytest.raises(ReportError):
        write_file(path, broken())
    assert path.read_text() == "before"
    write_file(path, ["after", "\n"])
    assert path.read_text() == "after\n"
    assert [each.name for each in tmp_path.iterdir()] == ["r.json"]


def test_report_goes_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "r.json")
    write_file(tmp_path / "link", ["x"])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "r.json").read_text() == "x"


def test_report_can_go_to_a_device() -> None:
    write_file(Path(os.devnull), ["x"])


@pytest.mark.parametrize("account", ["..", "../../etc/x", "/etc/x", "a\nb", "\ud800"])
def test_no_account_of_a_stored_report_leaves_the_directory(account: str) -> None:
    path = Output("json", Path("reports"), by_account=True).of(account).path
    assert isinstance(path, Path)
    assert (path.parent, path.name.isprintable()) == (Path("reports"), True)
