"""The policies that ship with bedaudit, in an installed package as in a checkout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

BUILTIN = "builtin:"
"""The prefix by which a user names a shipped policy."""

_PACKAGE = Path(__file__).parents[1]


def builtin_policies(package: Path = _PACKAGE) -> Mapping[str, Path]:
    """Every shipped policy by its name, sorted."""
    installed = package / "policies"
    # An editable install has no copy of them: there they stand beside `src`.
    directory = installed if installed.is_dir() else package.parents[1] / "policies"
    return {path.stem: path for path in sorted(directory.glob("*.yaml"))}
