PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test lint bench docs clean

demo: $(BIN)/.demo
	$(BIN)/bedaudit demo || test $$? -eq 1

# The core is to be covered to its last branch; to watch that takes two thirds more time than the tests alone.
CORE := src/bedaudit/policy/*,src/bedaudit/evaluate/*,src/bedaudit/waivers.py

test: $(BIN)/.dev
	$(BIN)/pytest -n auto --dist worksteal --cov --cov-report=
	$(BIN)/coverage report --fail-under=90 --format=total
	$(BIN)/coverage report --fail-under=100 --include='$(CORE)'

lint: $(BIN)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: $(BIN)/.dev
	$(BIN)/pytest -m bench -p no:xdist tests/bench

docs: $(BIN)/.dev
	$(BIN)/python -m tests.docs

$(BIN)/.demo: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --editable '.[demo]'
	touch $@

$(BIN)/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

clean:
	rm -rf $(VENV) dist build .cache .mypy_cache .ruff_cache .pytest_cache .coverage*
