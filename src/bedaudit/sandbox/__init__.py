"""The embedded AWS of `bedaudit demo` and of the tests: moto, and what moto lacks."""
