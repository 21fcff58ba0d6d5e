# make run    the main job on the shipped corridor, from nothing
# make test   lint, types, import contracts, tests
# Both set up .venv from the lock when it is missing or the lock has changed; PYTHON=... chooses the interpreter.

PYTHON ?= python3
CORRIDOR ?= china-ecuador-us
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := run
.PHONY: run test lint format bench clean

run: $(READY)
	$(BIN)/isthmus run $(CORRIDOR)

test: lint
	$(BIN)/pytest -n 2

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict src
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(READY)
	$(BIN)/python benchmarks/machine.py
	$(BIN)/python benchmarks/cli_start.py
	$(BIN)/python benchmarks/main_job.py

$(READY): pyproject.toml uv.lock tools/setup.sh
	PYTHON="$(PYTHON)" bash tools/setup.sh
	@touch $@

clean:
	rm -rf .venv dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
