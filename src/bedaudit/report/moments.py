"""The times of a scan, as formats want them."""

from __future__ import annotations

from datetime import UTC, datetime

EPOCH = datetime.fromtimestamp(0, UTC)
"""In place of a time that a report does not tell, where a format must have one."""


def moment(text: str) -> datetime | None:
    """The time that a text is in RFC 3339, in UTC; None where it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo and found >= EPOCH else None


def rfc3339(found: datetime) -> str:
    """As `2026-11-20T12:03:21Z`."""
    return found.strftime("%Y-%m-%dT%H:%M:%SZ")
