"""Which metric series AWS publishes for Bedrock, and so which alarms and graphs can never have data.

The facts stand in `catalogue.yaml`, with the pages that they come from.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias

import yaml

Names: TypeAlias = frozenset[str]
"""The names of a set of dimensions."""

Sort: TypeAlias = Literal["events", "amounts", "milliseconds", "unknown"]
_SORTS: tuple[Sort, ...] = ("events", "amounts", "milliseconds", "unknown")


class Undecided(enum.Enum):
    """The third answer: the documentation does not say."""

    UNDECIDED = "undecided"


UNDECIDED: Final = Undecided.UNDECIDED

Verdict: TypeAlias = str | Undecided | None
"""Why it can never be, or None: it can."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of a namespace."""

    name: str
    sort: Sort
    sets: frozenset[Names]
    """The sets of dimensions that it is published with."""


@dataclass(frozen=True, slots=True)
class Namespace:
    """What the documentation says of one namespace."""

    name: str
    source: str
    complete: bool
    others: bool
    """Whether it has metrics that are none of Bedrock's."""
    undecided: frozenset[Names]
    values: Mapping[str, tuple[str, ...]]
    """All values of those dimensions that have few."""
    metrics: Mapping[str, Metric]


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = yaml.safe_load(files(__package__).joinpath("catalogue.yaml").read_text("utf-8"))
    return data


@cache
def namespaces() -> Mapping[str, Namespace]:
    """Every namespace of the catalogue by its name."""
    return {name: _namespace(name, entry) for name, entry in _data()["namespaces"].items()}


def _namespace(name: str, entry: Mapping[str, Any]) -> Namespace:
    return Namespace(
        name=name,
        source=entry["source"],
        complete=entry["complete"],
        others=entry.get("others", False),
        undecided=_sets(entry.get("undecided", [])),
        values={dimension: tuple(values) for dimension, values in entry.get("values", {}).items()},
        metrics=_metrics(entry["groups"]),
    )


def _sets(sets: Iterable[Iterable[str]]) -> frozenset[Names]:
    return frozenset(frozenset(names) for names in sets)


def _metrics(groups: Iterable[Mapping[str, Any]]) -> Mapping[str, Metric]:
    found: dict[str, Metric] = {}
    for group in groups:
        for sort in _SORTS:
            for name in group.get(sort, []):
                before = found[name].sets if name in found else frozenset()
                found[name] = Metric(name, sort, before | _sets(group["dimensions"]))
    return found


def covers(namespace: str, metric: str) -> bool:
    """Whether the catalogue has anything to say about the metric: it is Bedrock's, or passes for it."""
    known = namespaces().get(namespace)
    if known is not None:
        return not known.others or metric in known.metrics
    return namespace.casefold().startswith("aws/bedrock")


def is_bedrock(namespace: str) -> bool:
    """Whether the namespace is one of Bedrock's own, or passes for it."""
    known = namespaces().get(namespace)
    return not known.others if known else namespace.casefold().startswith("aws/bedrock")


def model_dimension(namespace: str) -> str:
    """The dimension that names the model in a namespace."""
    return "Model" if namespace == "AWS/BedrockMantle" else "ModelId"


def why_impossible(
    namespace: str, metric: str, dimensions: Mapping[str, str], stat: str | None = None, unit: str | None = None
) -> Verdict:
    """Why no data can ever come of this, in a sentence that says what to use instead; None if it can."""
    return worst([why_no_series(namespace, metric, dimensions), why_no_values(namespace, metric, stat, unit)])


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The first reason; else undecided, if any is; else None."""
    all_of_them = list(verdicts)
    undecided = UNDECIDED if UNDECIDED in all_of_them else None
    return next((verdict for verdict in all_of_them if isinstance(verdict, str)), undecided)


def why_no_series(namespace: str, metric: str, dimensions: Mapping[str, str]) -> Verdict:
    """Why AWS never publishes this one series."""
    for name, value in dimensions.items():
        if "*" in value:
            return (
                f"{name} is {value!r}, and CloudWatch takes * literally; leave the dimension out, "
                f'or use a Metrics Insights query on SCHEMA("{namespace}", {name})'
            )
    verdict = why_no_set(namespace, metric, dimensions)
    return verdict if verdict is not None else _why_no_value(namespace, dimensions)


def why_no_set(namespace: str, metric: str, names: Iterable[str], *, exact: bool = True) -> Verdict:
    """Why AWS never publishes this metric with a set of dimensions that is, or (not `exact`) has, these names."""
    known = namespaces().get(namespace)
    if known is None:
        return _why_no_namespace(namespace)
    if metric not in known.metrics:
        return _why_no_metric(known, metric)
    wanted, sets = frozenset(names), known.metrics[metric].sets
    if wanted in sets or (not exact and any(wanted <= published for published in sets)):
        return None
    if not known.complete or wanted in known.undecided:
        return UNDECIDED
    return f"{namespace} never publishes {metric} {_by(wanted)}; it does {_or(sorted(map(_by, sets)))}"


def _by(names: Names) -> str:
    return f"by {' and '.join(sorted(names))}" if names else "without dimensions"


def _or(items: list[str]) -> str:
    return " or ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else items[0]


def _why_no_namespace(namespace: str) -> Verdict:
    spelt = next((name for name in namespaces() if name.casefold() == namespace.casefold()), None)
    return f"there is no namespace {namespace}; it is spelt {spelt}" if spelt else UNDECIDED


def _why_no_metric(known: Namespace, metric: str) -> Verdict:
    if not known.complete:
        return UNDECIDED
    return f"{known.name} has no metric {metric}{_instead(known, metric)}"


def _instead(known: Namespace, metric: str) -> str:
    """What to use in place of a metric that the namespace does not have; misnomers are about `AWS/Bedrock`."""
    spelt = next((name for name in known.metrics if name.casefold() == metric.casefold()), None)
    if spelt:
        return f"; it is spelt {spelt}"
    misnomer = misnomer_of(metric)
    if misnomer and (known.name == "AWS/Bedrock" or " of " in misnomer["instead"]):
        return f"; use {misnomer['instead']}"
    elsewhere = [other.name for other in namespaces().values() if metric in other.metrics]
    return f"; {_or(elsewhere)} has" if elsewhere else ""


def misnomer_of(metric: str) -> Mapping[str, Any] | None:
    """What the catalogue says of a name that is found in articles, and that no metric of `AWS/Bedrock` has."""
    return next((entry for entry in _data()["misnomers"] if _is_one_of(metric, entry["metrics"])), None)


def _is_one_of(metric: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(metric, pattern) for pattern in patterns)


def _why_no_value(namespace: str, dimensions: Mapping[str, str]) -> str | None:
    values = namespaces()[namespace].values
    for name, value in dimensions.items():
        if name in values and value not in values[name]:
            return f"{namespace} has no {name} {value}; it has {_or(list(values[name]))}"
    return None


_BOUND = r"\d+(\.\d+)?%?"
_STATISTIC = re.compile(
    r"SampleCount|Average|Sum|Minimum|Maximum|IQM"
    r"|(p|tm|tc|ts|wm)(100(\.0+)?|\d{1,2}(\.\d+)?)"
    rf"|(PR|TM|TC|TS|WM)\(({_BOUND})?:({_BOUND})?\)"
)
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html"""

_UNITS: Mapping[Sort, str] = {"events": "Count", "amounts": "Count", "milliseconds": "Milliseconds"}


def why_no_values(namespace: str, metric: str, stat: str | None, unit: str | None) -> Verdict:
    """Why a series of this metric, if there is one, has no values in this statistic and unit."""
    if stat is not None and not _STATISTIC.fullmatch(stat):
        return f"CloudWatch has no statistic {stat}"
    if unit is None:
        return None
    sort = _sort(namespace, metric)
    if sort is None or sort == "unknown":
        return UNDECIDED
    if unit == _UNITS[sort]:
        return None
    if sort != "milliseconds" and unit == "None":
        return UNDECIDED
    return f"{metric} is published in {_UNITS[sort]}, and asking for {unit} finds nothing; leave the unit out"


def _sort(namespace: str, metric: str) -> Sort | None:
    known = namespaces().get(namespace)
    return known.metrics[metric].sort if known and metric in known.metrics else None


def is_sensible(namespace: str, metric: str, stat: str | None) -> bool | None:
    """Whether the statistic says something about the metric; None where the catalogue does not know the metric."""
    match _sort(namespace, metric):
        case "events":
            return stat == "Sum"
        case "amounts":
            return stat != "SampleCount"
        case "milliseconds":
            return stat not in ("Sum", "SampleCount") and not (stat or "").startswith(("tc", "ts", "TC", "TS", "PR"))
        case _:
            return None


def metrics_with(namespace: str, names: Iterable[str]) -> tuple[Metric, ...]:
    """The metrics of the namespace that are published with exactly this set of dimensions."""
    known, wanted = namespaces().get(namespace), frozenset(names)
    return tuple(metric for metric in known.metrics.values() if wanted in metric.sets) if known else ()
