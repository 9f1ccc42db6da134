"""What holds for every test."""

from __future__ import annotations

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts its background jobs deaf to Ctrl-C, and what they start too; tests send it to what they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
