"""One module a sort of document that can be mended; `mounts()` finds them."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from bedaudit.repairs.repair import Mount

_WITHOUT_MOUNTS = ("repair", "making", "belonging")


@cache
def mounts() -> tuple[Mount, ...]:
    """Every repair, and what it is mounted at; a module without `MOUNTS` fails loudly."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name not in _WITHOUT_MOUNTS)
    return tuple(mount for name in names for mount in importlib.import_module(f"{__name__}.{name}").MOUNTS)
