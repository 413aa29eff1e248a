# eperf: everything a person or a machine does with a checkout. Only .venv and node_modules are written, and the
# registries' own caches; a set-up step runs again only when what it is made from has changed.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
WORKERS ?= 2
ARGS ?=

BIN := .venv/bin
LOCKED := .venv/.locked
READY := .venv/.ready
ASSETS := node_modules/.installed
PLUGINS := $(patsubst %/pyproject.toml,%,$(wildcard plugins_contrib/*/pyproject.toml))

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1
# Behind an agency's proxy only the machine's own certificates are right; Node would use its own list.
export NODE_USE_SYSTEM_CA := 1

.PHONY: help setup assets demo test check fmt bench fault lock clean

help: ## show this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  ARGS='…' is passed on by demo, test and bench; PYTHON=… names another interpreter (3.11 or newer)"

setup: $(READY) ## install eperf and its tools, pinned by hash, into .venv

# The stamp is a copy of the lock that is installed: a newer date alone installs nothing.
$(LOCKED): requirements.lock
	@cmp -s $< $@ && touch $@ || $(MAKE) --no-print-directory environment

.PHONY: environment
environment:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "eperf needs Python 3.11 or newer: make PYTHON=…")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements.lock
	@cp requirements.lock $(LOCKED)

$(READY): $(LOCKED) pyproject.toml $(PLUGINS:=/pyproject.toml)
	$(BIN)/python -m pip install --quiet --no-index --no-deps --no-build-isolation $(patsubst %,-e %,. $(addprefix ./,$(PLUGINS)))
	@touch $@

assets: $(ASSETS) ## install the GraphQL page for browsers from npm

# Quick to give up: without the registry the server starts all the same, and its page says what is missing.
$(ASSETS): package.json package-lock.json | $(READY)
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --fetch-retries=1 --fetch-timeout=20000
	@touch $@

demo: $(READY) ## serve a living demo town on 127.0.0.1:8000
	@$(MAKE) --no-print-directory assets || echo "The GraphQL page for browsers is not installed; get it with: make assets"
	$(BIN)/eperf demo $(ARGS)

test: check ## the checks, then the tests on SQLite and on PostgreSQL
	@$(MAKE) --no-print-directory assets || echo "The GraphQL page for browsers is not installed; get it with: make assets"
	EPERF_TEST_DATABASE=sqlite $(BIN)/pytest -n $(WORKERS) $(ARGS)
	EPERF_TEST_DATABASE=postgres $(BIN)/pytest -n $(WORKERS) -m database $(ARGS)

check: $(READY) ## lint, format, strict types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: $(READY) ## format and sort imports
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: $(READY) ## measure reads and a write against a floor, an ordinary build and PostGraphile
	$(BIN)/python -m bench $(ARGS)

fault: $(READY) ## kill the server a hundred times under load, on both databases
	EPERF_TEST_DATABASE=sqlite EPERF_R01_ROUNDS=100 $(BIN)/pytest tests/faults -k R01 --timeout 3600 $(ARGS)
	EPERF_TEST_DATABASE=postgres EPERF_R01_ROUNDS=100 $(BIN)/pytest tests/faults -k R01 --timeout 3600 $(ARGS)

lock: $(READY) ## renew requirements.lock and package-lock.json (UPGRADE=1: to the newest versions)
	$(BIN)/uv pip compile pyproject.toml --quiet --no-config --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	  --no-emit-index-annotation --no-emit-package eperf $(if $(UPGRADE),--upgrade) --output-file requirements.lock
	PATH="$(CURDIR)/$(BIN):$$PATH" npm install --package-lock-only
	cd bench/pgl && PATH="$(CURDIR)/$(BIN):$$PATH" npm install --package-lock-only
	$(BIN)/python -c "$$WITHOUT_FUNDING"

# The lock says what is installed and its hash; an address of a sponsor's page is neither.
define WITHOUT_FUNDING
import json, pathlib
for name in ("package-lock.json", "bench/pgl/package-lock.json"):
    path = pathlib.Path(name)
    lock = json.loads(path.read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)
    path.write_text(json.dumps(lock, indent=2) + "\n")
endef
export WITHOUT_FUNDING

clean: ## remove all that was made here
	rm -rf .venv node_modules bench/pgl/node_modules build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
