"""What is said on stderr under `-v`."""

from __future__ import annotations

from bedaudit.cli.command import Talk


def start(talk: Talk) -> None:
    """Shows what bedaudit logs, if the user asked for it; other libraries' logs, which may hold payloads, never."""
    import logging

    logging.getLogger().addHandler(logging.NullHandler())
    if not talk.verbose:
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    ours = logging.getLogger("bedaudit")
    ours.setLevel(logging.INFO if talk.verbose == 1 else logging.DEBUG)
    ours.addHandler(handler)
