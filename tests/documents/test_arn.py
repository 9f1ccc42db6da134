from __future__ import annotations

import pytest

from bedaudit.documents.arn import Arn, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "arn:aws:logs:us-east-1:111122223333:log-group:/x:*",
            Arn("arn", "aws", "logs", "us-east-1", "111122223333", "log-group:/x:*"),
        ),
        ("arn:aws:s3:::bucket", Arn("arn", "aws", "s3", "", "", "bucket")),
        ("arn:aws:x", Arn("arn", "aws", "x", "", "", "")),
        ("", Arn("", "", "", "", "", "")),
    ],
)
def test_what_is_no_arn_has_the_parts_that_it_has(text: str, expected: Arn) -> None:
    assert parse(text) == expected
