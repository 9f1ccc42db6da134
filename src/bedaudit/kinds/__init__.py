"""One module a kind; `kinds()` finds them. A module without a well-formed `KIND` fails loudly."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from bedaudit.kinds.kind import Kind
from bedaudit.state import shape_of


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its name, sorted."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name != "kind")
    found = {name: importlib.import_module(f"{__name__}.{name}").KIND for name in names}
    for name, kind in found.items():
        if not isinstance(kind, Kind) or kind.name != name:
            raise TypeError(f"bedaudit.kinds.{name}.KIND is not the kind {name!r}")
        shape_of(kind.state)
    return found
