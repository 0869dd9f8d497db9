.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
# On thousands of clients threads cost more than they bring, many times more where the cores are busy.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
PARALLEL := -n auto --maxprocesses 4

.PHONY: help
help: ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

# The stamp is touched only after a complete installation, so an interrupted one is repeated.
$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: install
install: $(VENV)/.installed ## Create .venv with the locked dependencies

.PHONY: run
run: install ## Run the chain on the demo store, then score its next month
	@$(BIN)/python -m one_click

.PHONY: test
test: install ## Run the test suite in a few minutes
	$(BIN)/python -m pytest $(PARALLEL)

.PHONY: test-all
test-all: install ## Run expensive tests too, with many examples
	$(BIN)/python -m pytest $(PARALLEL) --expensive

.PHONY: lint
lint: install ## Check style, types and import boundaries
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: viz
viz: install ## Open kedro-viz on the pipelines
	$(BIN)/kedro viz run

.PHONY: bench
bench: install ## Measure what the commands cost beside their budget
	$(BIN)/python -m benchmarks budget

.PHONY: lock
lock: ## Refresh requirements.lock from pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet "uv>=0.9"
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate --extra dev --output-file requirements.lock pyproject.toml
