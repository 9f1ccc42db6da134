"""Where the marks of a plot stand, in the units of its SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bedaudit.model import Outcome
from bedaudit.report.summary import Point

WIDTH: Final = 720
HEIGHT: Final = 180
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 100, 12, 28
_STEPS: Final = (1, 2, 5)
_LABEL: Final = 14
"""The least distance between two labels."""


@dataclass(frozen=True, slots=True)
class Line:
    """One outcome over time."""

    outcome: Outcome
    marks: tuple[tuple[float, float, int], ...]
    """x, y and the number."""
    label_y: float

    @property
    def points(self) -> str:
        """As `polyline` has them."""
        return " ".join(f"{x},{y}" for x, y, _ in self.marks)


@dataclass(frozen=True, slots=True)
class Trend:
    """A plot of failed and unseen findings over the scans."""

    lines: tuple[Line, ...]
    ticks: tuple[tuple[float, int], ...]
    """y and number of each horizontal line."""
    first: str
    last: str
    """The days at the ends."""
    points: tuple[Point, ...]

    left: int = _LEFT
    right: int = WIDTH - _RIGHT


def trend(points: Sequence[Point]) -> Trend | None:
    """The plot; None where there are not two scans to compare."""
    if len(points) < 2:
        return None
    shown: tuple[Outcome, ...] = ("fail", "unknown")
    top = max(1, *(point.summary.outcomes[outcome] for point in points for outcome in shown))
    ticks = tuple(_ticks(top))
    scale = (HEIGHT - _TOP - _BOTTOM) / ticks[-1]
    xs = list(_xs([point.finished_at for point in points]))

    def y(number: int) -> float:
        return round(HEIGHT - _BOTTOM - number * scale, 1)

    marks = {
        outcome: tuple(
            (x, y(point.summary.outcomes[outcome]), point.summary.outcomes[outcome])
            for x, point in zip(xs, points, strict=True)
        )
        for outcome in shown
    }
    labels = _apart({outcome: found[-1][1] for outcome, found in marks.items()})
    return Trend(
        lines=tuple(Line(outcome, found, labels[outcome]) for outcome, found in marks.items()),
        ticks=tuple((y(tick), tick) for tick in ticks),
        first=points[0].finished_at[:10],
        last=points[-1].finished_at[:10],
        points=tuple(points),
    )


def shares(outcomes: Mapping[Outcome, int], order: Sequence[Outcome]) -> Iterator[tuple[Outcome, float, float]]:
    """Of each outcome that there is, where it begins and how wide it is, in hundredths of a bar."""
    total = sum(outcomes[outcome] for outcome in order)
    begin = 0.0
    for outcome in order:
        if outcomes[outcome]:
            width = 100 * outcomes[outcome] / total
            yield outcome, round(begin, 3), round(width, 3)
            begin += width


def _ticks(top: int) -> Iterator[int]:
    """Round numbers from 0 to at least `top`, at most five steps."""
    step = next(each * 10**power for power in range(20) for each in _STEPS if each * 10**power * 5 >= top)
    yield from range(0, top + step, step)


def _xs(times: Sequence[str]) -> Iterator[float]:
    """By time; evenly where times are not told, or are not in order."""
    try:
        seconds = [datetime.fromisoformat(time).timestamp() for time in times]
    except ValueError:
        seconds = []
    if seconds != sorted(set(seconds)) or not seconds:
        seconds = [float(number) for number in range(len(times))]
    width, begin, span = WIDTH - _LEFT - _RIGHT, seconds[0], seconds[-1] - seconds[0]
    return (round(_LEFT + width * (each - begin) / span, 1) for each in seconds)


def _apart(ys: Mapping[Outcome, float]) -> Mapping[Outcome, float]:
    """The labels' places, none upon another."""
    placed: dict[Outcome, float] = {}
    for outcome, y in sorted(ys.items(), key=lambda each: -each[1]):
        lowest = min(placed.values(), default=HEIGHT) - _LABEL
        placed[outcome] = min(y, lowest)
    return placed
