# Everything runs in .venv, which is made when first needed. PYTHON is the interpreter that makes it.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

MINUTES ?= 10

.PHONY: demo test lint docs bench fuzz mutate wheel wheel-test clean

demo: .venv/demo  ## the overview, then decisions over examples/, explained
	@$(BIN)/python examples/demo.py

test: .venv/dev  ## the tests, with the coverage of lines and branches
	$(BIN)/python -m pytest -n auto --dist loadgroup --cov --cov-report=term

mutate: .venv/mutation  ## whether the tests notice small changes of the code: an hour; not part of the tests
	PYTHONHASHSEED=0 $(BIN)/python tests/mutation/run.py

lint: .venv/dev  ## ruff, mypy and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: .venv/dev  ## the documentation, in docs/_build/html
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html

bench: .venv/bench  ## the budgets, side by side with peers; not part of the tests
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/frames/run.py --json benchmarks/frames/figures.json

fuzz: .venv/dev  ## whether engines agree, on new cases, for MINUTES; not part of the tests
	$(BIN)/python tests/fuzz.py --minutes $(MINUTES)

wheel: .venv/dev  ## one wheel and one source distribution, in dist/
	rm -rf dist
	$(BIN)/python -m build --no-isolation
	$(BIN)/twine check --strict dist/*

wheel-test: wheel  ## the installed wheel: alone on each supported Python of this machine, and the tests on the others
	tests/wheel.sh

clean:
	rm -rf .venv build dist docs/_build .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/demo: .venv/bin/python pyproject.toml requirements/dev.txt
	$(PIP) install -c requirements/dev.txt -e '.[cli]'
	@touch $@

.venv/dev: .venv/demo requirements/dev.txt requirements/durable.txt
	$(PIP) install -r requirements/dev.txt
	@$(PIP) install -r requirements/durable.txt || echo "durable_rules cannot be built here: the tests of its engine are skipped"
	@touch $@

.venv/mutation: .venv/dev requirements/mutation.txt
	$(PIP) install -r requirements/mutation.txt
	@touch $@

.venv/bench: .venv/demo requirements/bench.txt requirements/durable.txt
	$(PIP) install -r requirements/bench.txt -r requirements/durable.txt
	@touch $@
