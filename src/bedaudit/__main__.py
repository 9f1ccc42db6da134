"""`python -m bedaudit` is `bedaudit`."""

from bedaudit.cli import main

main()
