"""Nested states that kinds share, each with its read."""
