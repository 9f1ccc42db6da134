"""A page that is too large for one file, as the command line writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bedaudit.cli.outputs import Output, write_beside
from bedaudit.errors import ReportError


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
