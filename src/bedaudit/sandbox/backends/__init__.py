"""What moto lacks or has differently from AWS: a module a service (or part of one), found and loaded from here."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules


@cache
def load() -> None:
    """Enters the operations of every module here in the table of `bedaudit.sandbox.call`."""
    for module in iter_modules(__path__, f"{__name__}."):
        import_module(module.name)
