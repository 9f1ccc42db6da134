from __future__ import annotations

import gzip
import json
import os
import random
import stat
import tracemalloc
import zlib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bedaudit.errors import SnapshotError
from bedaudit.model import Gap, KindGap, Reason, Record, Resource, Site
from bedaudit.snapshot import End, Header, SnapshotWriter, open_snapshot

HEADER = Header(
    scan="0f3c",
    started_at="2026-11-20T12:00:00Z",
    identity="arn:aws:sts::111122223333:assumed-role/Audit/bedaudit-0f3c",
    partition="aws",
    needs={"usage": ("in_use",), "invocation_logging": ("cloudwatch.log_group.kms_key", "enabled")},
    notices=("account 444455556666 is suspended and left out",),
)
END = End("2026-11-20T12:03:00Z", 143, ("all regions are tried",))
RECORD = Record(
    Site("111122223333", "us-east-1", "aws", "prod", ("r-1", "ou-1")),
    "2026-11-20T12:01:00Z",
    ("alarm", "invocation_logging", "usage"),
    (
        Resource(
            "invocation_logging",
            "invocation_logging",
            None,
            {"enabled": True, "cloudwatch": {"gap": {"reason": "denied"}}},
            {"loggingConfig": {}},
        ),
    ),
    (KindGap("alarm", Gap("denied", "cloudwatch:DescribeAlarms", "AccessDenied", "no")),),
)
UNENTERED = Record(Site("777788889999", "*"), "2026-11-20T12:02:00Z", (), (), (KindGap(None, Gap("denied")),))


def written(path: Path, records: Sequence[Record], header: Header = HEADER, end: End | None = END) -> Path:
    with SnapshotWriter(path, header) as snapshot:
        for record in records:
            snapshot.write(record)
        if end:
            snapshot.close(end)
    return path if end else path.with_name(f"{path.name}.partial")


def read(path: Path, **limits: int) -> tuple[Header, list[Record], End | None]:
    header, records, end = open_snapshot(path, **limits)
    return header, list(records), end


def documents(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


text = st.text(max_size=20)
plain_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=10,
)
facts = st.dictionaries(text, plain_json, max_size=4)
optional = st.none() | text
gaps = st.builds(Gap, st.sampled_from(get_args(Reason)), optional, optional, optional)
texts = st.lists(text, max_size=3).map(tuple)
records_ = st.builds(
    Record,
    st.builds(Site, text, text, st.just("aws-cn"), text, texts),
    text,
    texts,
    st.lists(st.builds(Resource, text, text, optional, facts, facts), max_size=3).map(tuple),
    st.lists(st.builds(KindGap, optional, gaps), max_size=3).map(tuple),
)
headers = st.builds(
    Header, text, text, text, st.just("aws-cn"), st.dictionaries(text, texts, max_size=3), st.lists(text).map(tuple)
)


@given(headers, st.lists(records_, max_size=4), st.builds(End, text, st.integers(min_value=0), texts))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
def test_what_is_written_is_read(tmp_path: Path, header: Header, records: list[Record], end: End) -> None:
    assert read(written(tmp_path / "s.jsonl.gz", records, header, end)) == (header, records, end)


def test_plain_json_lines_are_read_with_or_without_the_last_line_feed(tmp_path: Path) -> None:
    lines = gzip.decompress(written(tmp_path / "s.gz", [RECORD, UNENTERED]).read_bytes())
    for name, data in {"a": lines, "b": lines.rstrip(), "c": lines + b"\n \n"}.items():
        (tmp_path / name).write_bytes(data)
        assert read(tmp_path / name) == (HEADER, [RECORD, UNENTERED], END)


def test_a_snapshot_that_was_compressed_again_as_a_whole_is_read(tmp_path: Path) -> None:
    data = gzip.decompress(written(tmp_path / "s.gz", [RECORD]).read_bytes())
    (tmp_path / "s.gz").write_bytes(gzip.compress(data))
    assert read(tmp_path / "s.gz") == (HEADER, [RECORD], END)


def test_the_same_records_give_the_same_bytes_one_member_a_line(tmp_path: Path) -> None:
    first, second = (written(tmp_path / name, [RECORD]).read_bytes() for name in ("one.gz", "two.gz"))
    assert first == second
    members, rest = [], first
    while rest:
        inflate = zlib.decompressobj(wbits=31)
        members.append(inflate.decompress(rest))
        rest = inflate.unused_data
    assert [member.count(b"\n") for member in members] == [1, 1, 1]
    assert all(member.endswith(b"\n") for member in members)


def test_an_unfinished_scan_leaves_a_private_partial_file_that_is_read_without_an_end(tmp_path: Path) -> None:
    with SnapshotWriter(tmp_path / "s.gz", HEADER) as snapshot:
        snapshot.write(RECORD)
        partial = tmp_path / "s.gz.partial"
        assert read(partial) == (HEADER, [RECORD], None)
        assert stat.S_IMODE(partial.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["s.gz.partial"]


def test_a_finished_scan_replaces_the_file_at_once_and_keeps_it_private(tmp_path: Path) -> None:
    path = tmp_path / "s.gz"
    path.write_text("an older one")
    with SnapshotWriter(path, HEADER) as snapshot:
        assert path.read_text() == "an older one"
        snapshot.close(END)
    assert read(path) == (HEADER, [], END)
    assert [found.name for found in tmp_path.iterdir()] == ["s.gz"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_partial_file_may_be_torn_anywhere(tmp_path: Path) -> None:
    data = written(tmp_path / "s.gz", [RECORD, UNENTERED], end=None).read_bytes()
    torn = tmp_path / "torn.partial"
    for length in range(len(data)):
        torn.write_bytes(data[:length])
        try:
            header, records, end = read(torn)
        except SnapshotError as error:
            assert "empty" in str(error)  # noqa: PT017 - only the header's own member may be missing
            continue
        assert (header, end) == (HEADER, None)
        assert records == [RECORD, UNENTERED][: len(records)]


def test_a_finished_file_that_is_cut_anywhere_is_refused(tmp_path: Path) -> None:
    data = written(tmp_path / "s.gz", [RECORD]).read_bytes()
    cut = tmp_path / "cut.gz"
    for length in range(len(data)):
        cut.write_bytes(data[:length])
        with pytest.raises(SnapshotError, match=r"cut\.gz.*(cut off|empty|not JSON|closing line)"):
            read(cut)


def test_every_line_meets_the_published_schema(tmp_path: Path) -> None:
    schema = json.loads(files("bedaudit").joinpath("schemas", "snapshot.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for line in documents(written(tmp_path / "s.gz", [RECORD, UNENTERED])):
        validator.validate(line)
        assert list(validator.iter_errors({**line, "more": 1}))
        for member in line:
            assert list(validator.iter_errors({name: value for name, value in line.items() if name != member}))


def header(**changes: Any) -> dict[str, Any]:
    scan = {"id": "0f3c", "started_at": "t", "identity": "arn", "partition": "aws"}
    return {"schema_version": "1.0", "scan": scan, "needs": {}, "notices": [], **changes}


def record(**changes: Any) -> dict[str, Any]:
    site = {"account": "1", "account_name": "", "organizational_units": [], "region": "us-east-1", "read_at": "t"}
    return {**site, "kinds": [], "resources": [], "gaps": [], **changes}


def resource(**state: Any) -> dict[str, Any]:
    return {"kind": "a", "id": "b", "arn": None, "state": state, "raw": {}}


FINISHED = {"finished_at": "t", "calls": 1, "notices": []}
DEEP = b'{"schema_version":' * 50_000

BROKEN: dict[str, tuple[bytes | list[Any], str]] = {
    "nothing": (b"", ": is empty, not a snapshot"),
    "blank lines": (b"\n\n", ": is empty, not a snapshot"),
    "text": (b"hello\n", ":1: is not JSON: Expecting value at column 1"),
    "a list": ([[1]], ":1: is not a JSON object"),
    "another JSON": ([{"a": 1}], ":1: is not a snapshot; this bedaudit reads snapshots of version '1.0'"),
    "a newer version": ([header(schema_version="2.0"), FINISHED], ":1: is version '2.0'; this bedaudit reads"),
    "a version that is no text": ([header(schema_version=[1]), FINISHED], ":1: is version [1]; this bedaudit"),
    "an unknown member": ([header(more=1), FINISHED], ":1: more: Extra inputs are not permitted"),
    "a hostile member": ([header(**{"\x1b[31m": 1}), FINISHED], ":1: \\x1b[31m: Extra inputs"),
    "a wrong type": ([header(), record(account=1), FINISHED], ":2: account: Input should be a valid string"),
    "a wrong type deep down": (
        [
            header(),
            record(),
            record(resources=[{"kind": "a", "id": "b", "arn": None, "state": [], "raw": {}}]),
            FINISHED,
        ],
        ":3: resources.0.state: Input should be a valid dictionary",
    ),
    "a gap in a state that is none": (
        [header(), record(resources=[resource(a=[{"b": {"gap": {"reason": "bad"}}}])]), FINISHED],
        ":2: resources.0.state.reason: Input should be",
    ),
    "a gap in a state with more members": (
        [header(), record(resources=[resource(a={"gap": {"reason": "denied", "x": 1}})]), FINISHED],
        ":2: resources.0.state.x: Extra inputs are not permitted",
    ),
    "an unknown reason": ([header(), record(gaps=[{"kind": None, "reason": "bad"}]), FINISHED], ":2: gaps.0.reason: "),
    "a missing member": ([header(), {"account": "1"}, FINISHED], ":2: account_name: Field required"),
    "a negative count": ([header(), {**FINISHED, "calls": -1}], ":2: calls: Input should be greater than"),
    "a record after the end": ([header(), FINISHED, record(), FINISHED], ":2: account: Field required"),
    "no end": ([header(), record()], ":2: the closing line is missing: the file is cut off"),
    "not a number": (b'{"schema_version": NaN}\n', ":1: holds a number that is out of range: NaN"),
    "too large a number": (b'{"schema_version": 1e999}\n', ":1: holds a number that is out of range: 1e999"),
    "too long a number": (b'{"schema_version": ' + b"9" * 5000 + b"}\n", ":1: holds a number that is out of range"),
    "too deep for Python": (DEEP + b"\n", ":1: is n"),
    "too deep": ([{"a": json.loads("[" * 100 + "]" * 100)}], ":1: is nested too deeply"),
    "not UTF-8": (b'{"a": "\xff"}\n', ":1: is not UTF-8 at byte 8"),
    "broken gzip": (b"\x1f\x8b hello", ":1: is damaged: Error -3 while decompressing data"),
    "another kind of file": (b"\x1f\x9d\x90", ":1: is damaged: Error -3 while decompressing data"),
    "gzip, then rubbish": (gzip.compress(json.dumps(header()).encode() + b"\n") + b"rubbish", ":2: is damaged: "),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_snapshot_is_one_sentence_with_file_and_line(tmp_path: Path, name: str) -> None:
    content, problem = BROKEN[name]
    data = content if isinstance(content, bytes) else "".join(f"{json.dumps(line)}\n" for line in content).encode()
    path = tmp_path / "s.jsonl"
    path.write_bytes(data)
    with pytest.raises(SnapshotError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}{problem}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("name", "problem"), [("missing", "No such file or directory"), (".", "Is a directory")])
def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, name: str, problem: str) -> None:
    with pytest.raises(SnapshotError, match=f"cannot be read: {problem}"):
        read(tmp_path / name)


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=r"none/s\.gz: cannot be written: No such file"):
        written(tmp_path / "none" / "s.gz", [])
    (tmp_path / "folder").mkdir()
    with pytest.raises(SnapshotError, match="folder: cannot be written: Is a directory"):
        written(tmp_path / "folder", [])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    with SnapshotWriter(tmp_path / "s.gz", HEADER) as snapshot, Path("/dev/full").open("wb") as full:
        os.dup2(full.fileno(), snapshot._descriptor)
        with pytest.raises(SnapshotError, match=r"s\.gz: cannot be written: No space left on device"):
            snapshot.write(RECORD)


def test_a_small_file_that_unpacks_to_a_huge_line_is_refused_in_little_memory(tmp_path: Path) -> None:
    bomb = tmp_path / "s.gz"
    bomb.write_bytes(gzip.compress(bytes(64_000_000)))
    tracemalloc.start()
    with pytest.raises(SnapshotError, match=r"s\.gz:1: is longer than 1,000,000 bytes"):
        read(bomb, max_line=1_000_000)
    assert tracemalloc.get_traced_memory()[1] < 8_000_000
    tracemalloc.stop()


def test_memory_does_not_grow_with_the_number_of_records(tmp_path: Path) -> None:
    many = Record(RECORD.site, "now", (), (Resource("alarm", "a", None, {}, {"text": "x" * 100_000}),))
    path = written(tmp_path / "s.gz", [many] * 200)
    tracemalloc.start()
    _, records, _ = open_snapshot(path)
    assert sum(1 for _ in records) == 200
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


@given(
    st.lists(st.sampled_from(["[", "{", "text"]), min_size=90, max_size=110),
    st.sampled_from(['"]}', "[{", '\\"[', "a"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_a_hundred_levels_are_read_and_no_more_whatever_brackets_texts_hold(
    tmp_path: Path, nest: list[str], text: str
) -> None:
    value: Any = text
    for each in nest:
        value = {"[": [text, value], "{": {text: value}, "text": value}[each]
    depth = 1 + sum(each != "text" for each in nest)
    path = tmp_path / "s.jsonl"
    path.write_text(json.dumps({"schema_version": value}) + "\n")
    with pytest.raises(SnapshotError, match="is nested too deeply" if depth > 100 else "is version"):
        read(path)


def mutations(data: bytes, seed: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    for _ in range(150):
        mutated = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(mutated))
            match chance.randrange(3):
                case 0:
                    mutated[at] ^= 1 << chance.randrange(8)
                case 1:
                    del mutated[at : at + chance.randint(1, 30)]
                case _:
                    mutated[at:at] = chance.choice([b'"', b"[", b"\n", b"null", b"\x00", b"\xff", b"{", b"1"])
        yield bytes(mutated)


@pytest.mark.parametrize("name", ["s.jsonl.gz", "s.jsonl", "s.jsonl.gz.partial", "s.jsonl.partial"])
@pytest.mark.parametrize("seed", range(5))
def test_whatever_the_bytes_are_only_a_snapshot_error_comes(tmp_path: Path, name: str, seed: int) -> None:
    data = written(tmp_path / "whole.gz", [RECORD, UNENTERED]).read_bytes()
    path = tmp_path / name
    for mutated in mutations(data if ".gz" in name else gzip.decompress(data), seed):
        path.write_bytes(mutated)
        try:
            read(path)
        except SnapshotError as error:
            assert str(error).startswith(str(path))  # noqa: PT017 - the mutated file may also still be well-formed
