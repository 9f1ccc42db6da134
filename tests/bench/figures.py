"""Figures beside their bars."""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import wrap


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    value: float
    unit: str
    bar: float | None
    most: bool = True
    """Whether the bar is a ceiling rather than a floor."""
    beside: float | None = None
    """The same by boto3's transport."""
    why: str = ""
    """What stands between it and its bar."""

    @property
    def is_met(self) -> bool:
        return self.bar is None or (self.value <= self.bar if self.most else self.value >= self.bar)

    @property
    def verdict(self) -> str:
        """Whether the bar is met, or by how much it is not."""
        if self.bar is None:
            return ""
        return "met" if self.is_met else f"short by {max(self.value / self.bar, self.bar / self.value):.1f}x"

    def __str__(self) -> str:
        bar = "" if self.bar is None else f"{'<=' if self.most else '>='} {self.bar:g}"
        boto3 = "" if self.beside is None else f"{self.beside:,.2f}"
        return f"{self.what:<58}{self.value:>12,.2f} {self.unit:<9}{bar:>10}{boto3:>14}  {self.verdict}"


@dataclass
class Figures:
    """The table."""

    lines: list[Figure] = field(default_factory=list)

    def add(
        self,
        what: str,
        value: float,
        unit: str,
        bar: float | None,
        *,
        most: bool = True,
        beside: float | None = None,
        why: str = "",
    ) -> None:
        self.lines.append(Figure(what, value, unit, bar, most, beside, why))

    def told(self) -> list[str]:
        """Its lines, none without a figure, and why some fall short."""
        head = f"{'figure':<58}{'measured':>12} {'':<9}{'bar':>10}{'boto3':>14}"
        short = [f"{each.what}: {each.why}" for each in self.lines if not each.is_met and each.why]
        why = ["", "Why some fall short:", *(line for each in short for line in _wrapped(each))] if short else []
        return ["", head, "-" * len(head), *map(str, self.lines), *why] if self.lines else []


def _wrapped(text: str) -> list[str]:
    return wrap(text, 110, initial_indent="* ", subsequent_indent="  ")
