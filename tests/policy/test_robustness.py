"""Whatever stands in a file, the loader gives policies or a PolicyError."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bedaudit.errors import PolicyError
from bedaudit.policy.config import load_config, load_waivers
from bedaudit.policy.load import load
from tests.policy.some_kinds import KINDS
from tests.policy.test_schema import PLACES, WORDS_AND_FIELDS, put, whole

SEEDS = [
    whole(),
    {
        "policies": ["a"],
        "organization": {"role": "r"},
        "assign": [{"policy": "p"}],
        "controls": {"c": {"enabled": True}},
    },
    {"waivers": [{"control": "c", "accounts": ["a"], "reason": "r", "owner": "o", "expires": "2027-03-31"}]},
]

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.dates()
    | st.binary(max_size=9)
    | st.sampled_from(
        [*WORDS_AND_FIELDS, "schema", "$ref", "#/x", "matches", "(", "[a", "http://[", "$id", "$dynamicRef"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.integers() | st.text(max_size=3) | st.sampled_from(WORDS_AND_FIELDS), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("robust") / "file.yaml"


def read_all(file: Path, content: bytes) -> None:
    """Each reader of files gives a value or a PolicyError."""
    file.write_bytes(content)
    for read in (lambda name: load([name], kinds=KINDS), load_config, load_waivers):
        try:
            read(str(file))
        except PolicyError as error:
            places = [(problem.line, problem.column) for problem in error.problems]
            assert min(min(place) for place in places) > 0


fast = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@fast
@given(content=st.binary())
def test_arbitrary_bytes(file: Path, content: bytes) -> None:
    read_all(file, content)


@fast
@given(value=anything)
def test_arbitrary_values_as_yaml(file: Path, value: Any) -> None:
    read_all(file, yaml.safe_dump(value, allow_unicode=True).encode("utf-8", "surrogatepass"))


@fast
@given(path=st.sampled_from(PLACES), value=anything)
def test_policies_with_something_else_in_one_place(file: Path, path: tuple[Any, ...], value: Any) -> None:
    text = yaml.safe_dump(put(whole(), path, value))
    read_all(file, text.encode("utf-8", "surrogatepass"))


@fast
@given(
    seed=st.sampled_from(SEEDS),
    cuts=st.lists(st.tuples(st.integers(0), st.integers(0, 9), st.text(alphabet="{}[]:,-&*!'\"\n x0${}", max_size=4))),
)
def test_files_with_characters_cut_out_and_put_in(file: Path, seed: Any, cuts: list[tuple[int, int, str]]) -> None:
    text = yaml.safe_dump(copy.deepcopy(seed))
    for at, length, instead in cuts:
        start = at % (len(text) + 1)
        text = text[:start] + instead + text[start + length :]
    read_all(file, text.encode())


@fast
@given(schema=anything)
def test_arbitrary_schemas(file: Path, schema: Any) -> None:
    document = whole()
    document["controls"][-1]["require"] = {"name": {"schema": {"allOf": [schema]}}, "actions": {"schema": schema}}
    read_all(file, yaml.safe_dump(document).encode("utf-8", "surrogatepass"))
