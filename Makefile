# Everything runs in .venv, which the first command makes and the next ones find.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TESTS ?= tests

.PHONY: demo test check lint types layers bench soak crashtest clean

demo: $(READY)
	@$(BIN)/simpleflow standalone examples.basic.BasicWorkflow --input "[1, 1]" --new

test: $(READY)
	$(BIN)/pytest -n auto $(TESTS)

check: lint types layers test

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

layers: $(READY)
	$(BIN)/lint-imports

# The random tests, fifty times as long.
soak: $(READY)
	HYPOTHESIS_PROFILE=thorough $(BIN)/pytest -n auto --timeout 3600 tests/replay tests/simulation tests/service tests/unit

bench: $(READY)
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.objects

# A run, and all parts of a fleet, killed at random moments.
crashtest: $(READY)
	$(BIN)/python -m tests.processes.crash
	$(BIN)/python -m tests.processes.storm

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@
