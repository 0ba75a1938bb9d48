# Two targets do all the set-up: `make demo` and `make test`. The others expect one of them to have run.
PYTHON ?= python3
BIN := .venv/bin
# landmarks.py and own_words.py want to be told their pictures; scale.py runs exact.py.
BENCHMARKS := budget first_movie indexing library long media memory movies rendering scale
SOURCES := memoriesd indexer clustering composer themes music tests benchmarks

.PHONY: demo test check system check-long bench fix golden

.venv/installed: pyproject.toml
	@echo "installing into .venv: this downloads about 350 MB the first time and takes some minutes"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

demo: .venv/installed  ## a sample library, indexed, and one finished movie per theme
	$(BIN)/python -m tests.demo demo

test: .venv/installed check system  ## everything that CI runs

check: .venv/installed  ## format, lint, types, floors, tests
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -n 2 -m "not system and not long"

system: .venv/installed  ## the installed command, driven as a person would
	$(BIN)/python -m pytest -q -m "system and not long" tests/system

check-long: .venv/installed  ## sweeps over every file of the media collections, 500 kills, 5,000 damaged files: tests that take minutes
	$(BIN)/python -m pytest -q -m long

bench: .venv/installed  ## figures of benchmarks/README.md, as JSON lines
	failed=0; for name in $(BENCHMARKS); do $(BIN)/python benchmarks/$$name.py --json || failed=1; done; exit $$failed

fix: .venv/installed
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

golden: .venv/installed  ## rewrites the golden files; read the diff
	MEMORIESD_GOLDEN=write $(BIN)/python -m pytest -q -m "not long" tests -k golden
