# Everything runs in .venv, which the first command makes and the next ones find.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TESTS ?= tests
# One more than there are processors: many tests wait for processes.
WORKERS ?= $(shell echo $$(( $$(nproc) + 1 )))

.PHONY: browser demo test check lint types layers bench bench-peers scale soak crashtest faults clean

demo: $(READY)
	@$(BIN)/simpleflow standalone examples.basic.BasicWorkflow --input "[1, 1]" --new

test: $(READY) browser
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(TESTS)

# The browser of the tests of the pages: Debian's.
browser:
	@command -v chromium >/dev/null || { apt-get update -qq && apt-get install -qq -y chromium fonts-dejavu-core; }

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
	HYPOTHESIS_PROFILE=thorough $(BIN)/pytest -n auto --timeout 3600 tests/replay tests/simulation tests/service tests/unit tests/wire

# Ours, in less than five minutes: writes benchmarks/results.json, RESULTS.md and two plots.
bench: $(READY)
	$(BIN)/python -m benchmarks

# Others in between, each in an environment of its own (made at the first time), in less than twelve minutes.
bench-peers: $(READY)
	$(BIN)/python -m benchmarks --peers

# One process with very much in it.
scale: $(READY)
	$(BIN)/python -m benchmarks.ours.scale

# A full disk, one that fails, one that turns read-only, a clock that jumps: all of them real. As root.
faults: $(READY)
	@for tool in strace mkfs.ext4 faketime; do command -v $$tool >/dev/null || missing=yes; done; \
		[ -z "$$missing" ] || { apt-get update -qq && apt-get install -qq -y strace e2fsprogs faketime; }
	$(BIN)/python -m tests.processes.faults

# Runs, servers and all parts of a fleet killed at random moments and at named places, the unsynced log damaged.
KILLS ?= 1000
crashtest: $(READY)
	$(BIN)/python -m tests.processes.crash --kills $(KILLS)
	$(BIN)/python -m tests.processes.storm

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@
