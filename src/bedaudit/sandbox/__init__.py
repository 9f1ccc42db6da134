"""The embedded AWS of `bedaudit demo` and of the tests: moto, and what moto lacks."""

from bedaudit.errors import SandboxError

try:
    from bedaudit.sandbox.faults import THROTTLED, Faults, Ledger, Rule
    from bedaudit.sandbox.organization import FAULTS, SeededFault
    from bedaudit.sandbox.server import Sandbox, serve, serve_forever
    from bedaudit.sandbox.world import World
except ModuleNotFoundError as missing:
    if (missing.name or "").split(".")[0] not in {"moto", "flask", "flask_cors", "werkzeug"}:
        raise
    raise SandboxError("the sandbox needs moto: pip install 'bedaudit[demo]'") from missing

__all__ = [
    "FAULTS",
    "THROTTLED",
    "Faults",
    "Ledger",
    "Rule",
    "Sandbox",
    "SeededFault",
    "World",
    "serve",
    "serve_forever",
]
