"""The exceptions that stop a run; everything that is merely true of the world is a value.

BedauditError             exit 2, unless said otherwise: one clear sentence for the user
├── PolicyError           policies, configuration or waivers that do not load; carries every problem found
├── TargetError           no credentials, no such account, nothing to scan
├── SnapshotError         a snapshot that is broken or of another version
├── ReportError           an output that cannot be written, or a report that cannot be read
├── PlanError             a saved plan that is none, or was changed
├── TerraformPlanError    a Terraform plan that is none, is of another version, or does not tell a region
├── JournalError          a journal that is none, was changed, or is in use
└── SandboxError          the embedded AWS cannot be served
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class BedauditError(Exception):
    """Stops the run with a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file, and where; lines and columns count from 1."""

    file: str
    line: int
    column: int
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{hint}"


class PolicyError(BedauditError):
    """Every problem of every file that was to be loaded."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class TargetError(BedauditError):
    """There is nothing to scan, or nobody to scan it as."""


class SnapshotError(BedauditError):
    """A snapshot cannot be read."""


class ReportError(BedauditError):
    """A report cannot be written, or read back."""


class PlanError(BedauditError):
    """A saved plan is not one that can be applied."""


class TerraformPlanError(BedauditError):
    """A Terraform plan cannot be judged."""


class JournalError(BedauditError):
    """A journal cannot be used."""


class SandboxError(BedauditError):
    """The embedded AWS cannot be served."""
