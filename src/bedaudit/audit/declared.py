"""Where the resources of a Terraform plan are declared, in the configuration that lies in the working directory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from bedaudit.model import Mark
from bedaudit.terraform.blocks import blocks
from bedaudit.terraform.plan import Plan

_MOST_FILES: Final = 1000
_LARGEST: Final = 1024 * 1024
"""Files of a module, and bytes of one, that are looked into."""


def declared(plan: Plan, root: Path) -> Mapping[str, Mark]:
    """The place of each resource's block by its address, as far as it is found below `root`."""
    found = {names: dict(_blocks(root, root / directory)) for names, directory in plan.sources.items()}
    marks = ((each.address, found.get(each.modules, {}).get((each.type, each.name))) for each in plan.resources)
    return {address: mark for address, mark in marks if mark is not None}


def _blocks(root: Path, directory: Path) -> Iterator[tuple[tuple[str, str], Mark]]:
    """Those of a module; the plan may name any directory, and none outside is looked into."""
    root, directory = root.resolve(), directory.resolve()
    if not directory.is_relative_to(root) or not directory.is_dir():
        return
    for file in sorted(directory.glob("*.tf"))[:_MOST_FILES]:
        if file.resolve().is_relative_to(root) and file.is_file() and file.stat().st_size <= _LARGEST:
            yield from blocks(file.read_text(errors="replace"), file.relative_to(root).as_posix())
