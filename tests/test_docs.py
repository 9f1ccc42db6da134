"""Pages of `docs/` that are generated say what the code says now; `make docs` renews them."""

from __future__ import annotations

import pytest

from tests.docs import DOCS, PAGES, PICTURE, digest, report_page


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_current(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == "".join(PAGES[name]())


def test_the_picture_is_of_the_report_as_it_is_now() -> None:
    assert (DOCS / f"{PICTURE}.sha256").read_text(encoding="utf-8") == digest(report_page())
    assert (DOCS / PICTURE).read_bytes().startswith(b"\x89PNG")
