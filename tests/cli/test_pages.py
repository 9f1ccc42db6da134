"""A page that is too large for one file, as the command line writes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from bedaudit.cli.command import Talk
from bedaudit.cli.outputs import Output, write_beside
from bedaudit.cli.reports import write_reports
from bedaudit.errors import ReportError
from tests.report.sample import REPORT


@pytest.mark.parametrize(
    ("output", "name"),
    [
        (Output("html", None), ""),
        (Output("html", Path("out"), by_account=True), ""),
        (Output("html", Path("out/report.html")), "report.html"),
        (Output("html", "s3://bucket/out/report.html"), "report.html"),
    ],
)
def test_a_report_that_is_one_file_has_its_name(output: Output, name: str) -> None:
    assert output.name == name


@pytest.mark.parametrize("place", [Path("out/report.html"), "s3://bucket/out/report.html"])
def test_a_further_file_stands_in_a_folder_beside_the_report(place: Path | str) -> None:
    further = Output("html", place).beside("report.d", "a.html").path
    assert str(further) == str(place).replace("report.html", "report.d/a.html")


def test_a_folder_is_made_for_the_files_that_there_are(tmp_path: Path) -> None:
    output, folder = Output("html", tmp_path / "report.html"), tmp_path / "report.d"
    write_beside(output, "report.d", (), None)
    assert not folder.exists()
    for _ in range(2):
        write_beside(output, "report.d", [("a.html", iter(["a", "b"])), ("b.html", iter(["c"]))], None)
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"a.html": "ab", "b.html": "c"}


def test_a_file_in_the_place_of_the_folder_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "report.d").write_text("")
    with pytest.raises(ReportError, match=r"report\.d: cannot be made: File exists"):
        write_beside(Output("html", tmp_path / "report.html"), "report.d", [("a.html", iter(["a"]))], None)


@dataclass(frozen=True)
class Asked:
    profile: None = None
    sarif_for: Literal["any"] = "any"
    sarif_category: str = ""
    markdown_for: Literal["comment"] = "comment"


PAGE = '<!doctype html><meta name="generator" content="bedaudit">'


def test_pages_of_an_earlier_report_go_and_all_that_is_not_ours_stays(tmp_path: Path) -> None:
    output, folder = Output("html", tmp_path / "report.html"), tmp_path / "report.d"
    write_beside(output, "report.d", [(f"{number:012}.html", iter([PAGE])) for number in range(3)], None)
    others = {"notes.html": PAGE, "aaaaaaaaaaaa.html": "<!doctype html>", "000000000009.txt": PAGE, "readme": "x"}
    for name, text in others.items():
        (folder / name).write_text(text)
    (folder / "bbbbbbbbbbbb.html").symlink_to("000000000001.html")
    write_beside(output, "report.d", [("000000000001.html", iter([PAGE]))], None)
    assert {path.name for path in folder.iterdir()} == {*others, "000000000001.html", "bbbbbbbbbbbb.html"}


def test_the_folder_goes_with_its_last_page(tmp_path: Path) -> None:
    output = Output("html", tmp_path / "report.html")
    write_beside(output, "report.d", [("000000000001.html", iter([PAGE]))], None)
    write_beside(output, "report.d", (), None)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_of_somebody_else_stays(tmp_path: Path) -> None:
    (tmp_path / "report.d").mkdir()
    write_beside(Output("html", tmp_path / "report.html"), "report.d", (), None)
    assert (tmp_path / "report.d").is_dir()


def test_only_reports_with_pages_tidy_up(tmp_path: Path) -> None:
    page = tmp_path / "r.d" / "000000000001.html"
    page.parent.mkdir()
    page.write_text(PAGE)
    outputs = [Output("json", tmp_path / "r.json"), Output("html", tmp_path / "r.html")]
    write_reports(REPORT, outputs[:1], Talk(), Asked())
    assert page.exists()
    write_reports(REPORT, outputs, Talk(), Asked())
    assert not page.exists()
