"""Faults and the ledger over HTTP, for whoever uses `bedaudit sandbox` from another process.

GET    /sandbox/faults     the rules in force, as JSON
POST   /sandbox/faults     a rule, or a list of them, with the fields of `bedaudit.sandbox.faults.Rule`:
                           {"service": "logs", "operation": "Describe*", "code": "ThrottlingException", "times": 3}
DELETE /sandbox/faults     no more faults
GET    /sandbox/ledger     [{"account", "region", "service", "operation", "count"}, ...]
DELETE /sandbox/ledger     count anew
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from bedaudit.sandbox.faults import FIELDS, Faults, Ledger, Rule
from bedaudit.sandbox.protocol import Answer, Environ

PREFIX = "/sandbox/"


def answer(environ: Environ, faults: Faults, ledger: Ledger) -> Answer:
    """The answer to a request below `/sandbox/`."""
    match environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix(PREFIX):
        case "GET", "faults":
            return _json(200, [asdict(rule) for rule in faults.rules])
        case "POST", "faults":
            return _add(environ["wsgi.input"].read(), faults)
        case "DELETE", "faults":
            faults.clear()
            return _json(200, [])
        case "GET", "ledger":
            return _json(200, [dict(zip(FIELDS, e, strict=True), count=n) for e, n in sorted(ledger.counts().items())])
        case "DELETE", "ledger":
            ledger.clear()
            return _json(200, [])
    return _json(404, {"error": "there are /sandbox/faults and /sandbox/ledger"})


def _add(body: bytes, faults: Faults) -> Answer:
    try:
        given = json.loads(body)
        rules = [Rule(**rule) for rule in (given if isinstance(given, list) else [given])]
    except (ValueError, TypeError) as error:
        return _json(400, {"error": str(error)})
    faults.add(*rules)
    return _json(200, [asdict(rule) for rule in rules])


def _json(status: int, value: Any) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(value, indent=2).encode())
