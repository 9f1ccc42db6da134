"""The walls of the house: who may import whom, how large a file may grow, and what may not be named."""

from __future__ import annotations

import ast
import statistics
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import bedaudit

SOURCE = Path(bedaudit.__file__).parent
FILES = sorted(SOURCE.rglob("*.py"))

PURE = {
    "errors",
    "opening",
    "model",
    "state",
    "reader",
    "documents",
    "parts",
    "kinds",
    "policy",
    "evaluate",
    "waivers",
    "findings",
    "baseline",
    "merge",
    "diff",
    "snapshot",
    "terraform",
}
ROOMS: dict[str, set[str]] = {
    "errors": set(),
    "opening": set(),
    "model": set(),
    "state": {"model"},
    "reader": {"model"},
    "documents": {"model", "state"},
    "parts": {"model", "state", "reader", "documents"},
    "kinds": {"model", "state", "reader", "documents", "parts"},
    "policy": {"errors", "opening", "model", "state", "kinds"},
    "evaluate": {"model", "state", "kinds", "policy"},
    "waivers": {"model", "policy"},
    "findings": {"model"},
    "baseline": {"model", "findings"},
    "diff": {"model", "baseline"},
    "merge": {"errors", "model", "baseline", "waivers"},
    "snapshot": {"errors", "opening", "model"},
    "report": {
        "errors",
        "opening",
        "model",
        "kinds",
        "findings",
        "diff",
        "snapshot",
        "policy",
        "permissions",
        "repairs",
        "remedy",
    },
    "aws": (PURE - {"evaluate", "waivers", "findings", "baseline", "merge", "diff", "snapshot", "terraform"})
    | {"repairs"},
    "repairs": {"model", "state", "reader", "documents", "parts", "kinds"},
    "permissions": {"reader", "kinds", "repairs", "policy"},
    "remedy": {
        "permissions",
        "errors",
        "opening",
        "model",
        "state",
        "reader",
        "kinds",
        "repairs",
        "policy",
        "evaluate",
    },
    "sandbox": {"errors"},
    "terraform": {"errors", "model", "reader", "documents"},
    "audit": PURE | {"aws", "report"},
    "fixing": PURE | {"aws", "audit", "repairs", "remedy"},
    "cli": PURE | {"aws", "report", "audit", "fixing", "permissions", "remedy", "sandbox"},
    "__main__": {"cli"},
    "__init__": set(),
}
"""The other rooms that each room may know; nothing calls back."""

IMPURE = {"boto3", "botocore", "moto", "os", "time", "socket", "subprocess", "logging"}


def room(file: Path) -> str:
    return file.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_a_room_knows_only_the_rooms_before_it(file: Path) -> None:
    own = room(file)
    known = {name.split(".")[1] for name in imports(file) if name.startswith("bedaudit.")} - {own, "__version__"}
    assert known <= ROOMS[own]


@pytest.mark.parametrize("file", [file for file in FILES if room(file) in PURE], ids=lambda file: file.name)
def test_the_core_does_no_input_or_output(file: Path) -> None:
    allowed = {"os"} if room(file) in ("opening", "snapshot", "policy") else set()
    assert not {name.split(".")[0] for name in imports(file)} & (IMPURE - allowed)


def test_rooms_do_not_form_a_cycle() -> None:
    list(TopologicalSorter(ROOMS).static_order())


def test_files_stay_small() -> None:
    sizes = {str(file.relative_to(SOURCE)): len(file.read_text().splitlines()) for file in FILES}
    assert {name: size for name, size in sizes.items() if size > 350} == {}
    assert statistics.median(sizes.values()) < 120


def test_no_room_is_a_drawer() -> None:
    assert not {"utils", "helpers", "common", "base", "manager"} & {file.stem for file in FILES}
