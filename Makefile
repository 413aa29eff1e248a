# eperf: everything a person or a machine does with a checkout. Only .venv and the node_modules are written, and the
# registries' own caches; a set-up step runs again only when what it is made from has changed.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
# Twice the cores: many tests wait for a server, a clock or a process.
WORKERS ?= 4
ARGS ?=

BIN := .venv/bin
LOCKED := .venv/.locked
READY := .venv/.ready
ASSETS := node_modules/.installed
CONFORMANCE := tests/conformance
SUITES := $(CONFORMANCE)/node_modules/.installed
# Installed where they are wanted: the sample has tables, which a database of the tests does not have, and a sink without a
# broker does not fit.
empty :=
space := $(empty) $(empty)
APART := $(addprefix plugins_contrib/eperf-,kafka nats sample)
PLUGINS := $(filter-out $(APART),$(patsubst %/pyproject.toml,%,$(wildcard plugins_contrib/*/pyproject.toml)))

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1
# Behind an agency's proxy only the machine's own certificates are right; Node would use its own list.
export NODE_USE_SYSTEM_CA := 1
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm

.PHONY: help setup assets suites demo test fuzz fuzz-parsers laws soak soak-files check fmt bench bench-imports bench-scoring bench-freshness bench-start bench-backup bench-subscriptions bench-webhooks bench-smoke fault faults kills lock reference release-schema clean

help: ## show this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
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
	$(NPM) ci --fetch-retries=1 --fetch-timeout=20000
	@touch $@

suites: $(SUITES) ## install the conformance suites and the clients of others from npm

# Node is the wheel's, so a machine without one installs and runs them too. Without the registry this fails, and so do
# the tests: a suite that is skipped shows nothing.
$(SUITES): $(CONFORMANCE)/package.json $(CONFORMANCE)/package-lock.json | $(READY)
	cd $(CONFORMANCE) && $(NPM) ci
	@touch $@

demo: $(READY) ## serve a living demo town on 127.0.0.1:8000
	@$(MAKE) --no-print-directory assets || echo "The GraphQL page for browsers is not installed; get it with: make assets"
	$(BIN)/eperf demo $(ARGS)

test: check $(SUITES) ## the checks, then the tests on SQLite and on PostgreSQL
	@$(MAKE) --no-print-directory assets || echo "The GraphQL page for browsers is not installed; get it with: make assets"
	EPERF_TEST_DATABASE=sqlite $(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)
	EPERF_TEST_DATABASE=postgres $(BIN)/pytest -n $(WORKERS) --dist worksteal -m database $(ARGS)

check: $(READY) ## lint, format, strict types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=$(subst $(space),:,$(APART)) $(BIN)/lint-imports

fmt: $(READY) ## format and sort imports
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: $(READY) ## measure reads and a write against a floor, an ordinary build and PostGraphile
	$(BIN)/python -m bench $(ARGS)

bench-imports: $(READY) ## measure the import of a million punches against a raw COPY, and its rate on SQLite
	$(BIN)/python -m bench.imports $(ARGS)
	$(BIN)/python -m bench.imports --database sqlite $(ARGS)

bench-scoring: $(READY) ## measure scoring 20,000 employees' month: from PostgreSQL, from snapshots, against SQL and the ORM
	$(BIN)/python -m bench.scoring $(ARGS)

bench-freshness: $(READY) ## measure how long after a verification a subscriber sees the score, on both databases
	$(BIN)/python -m bench.freshness $(ARGS)

bench-start: $(READY) ## measure what ten plugins that do nothing add to a start
	$(BIN)/python -m bench.start $(ARGS)

bench-backup: $(READY) ## measure backup, check and restore of a gigabyte on both databases
	$(BIN)/python -m bench.backup $(ARGS)
	$(BIN)/python -m bench.backup --database postgres $(ARGS)

bench-subscriptions: $(READY) ## measure updates: 5,000 subscribers against ordinary subscriptions, a restart, a replay, a reader who stops
	$(BIN)/python -m bench.subscriptions $(ARGS)

bench-webhooks: $(READY) ## measure webhooks: whether one receiver that hangs makes others wait, and how many are sent
	$(BIN)/python -m bench.webhooks $(ARGS)

bench-smoke: $(READY) ## whether every build of the bench still gives the same answers, on both databases
	EPERF_BENCH_SMOKE=1 EPERF_TEST_DATABASE=sqlite $(BIN)/pytest tests/bench $(ARGS)
	EPERF_BENCH_SMOKE=1 EPERF_TEST_DATABASE=postgres $(BIN)/pytest tests/bench $(ARGS)

fuzz: $(READY) ## generated operations against a served town for ten minutes
	EPERF_FUZZ_SECONDS=600 $(BIN)/pytest $(CONFORMANCE)/test_fuzz.py --timeout 1200 -s $(ARGS)

fuzz-parsers: $(READY) ## every parser of outside input for attendance for SECONDS (600), two at a time
	$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),600) --at-once 2 $(ARGS)

laws: $(READY) ## the laws of scoring over ten times as many examples as the suite has time for
	EPERF_EXAMPLES=10 $(BIN)/pytest -n $(WORKERS) tests/domain/scoring tests/plugins --timeout 1800 $(ARGS)

soak: $(READY) ## RECORDS (a million) mixed records through each pushed source, none lost; goes on where it was ended
	$(BIN)/python -m tests.soak --records $(or $(RECORDS),1000000) $(ARGS)

soak-files: $(READY) ## RECORDS (a million) mixed records by each kind of file, on both databases: count in is count out
	EPERF_SOAK_RECORDS=$(or $(RECORDS),1000000) EPERF_TEST_DATABASE=sqlite $(BIN)/pytest tests/imports/test_counted.py $(ARGS)
	EPERF_SOAK_RECORDS=$(or $(RECORDS),1000000) EPERF_TEST_DATABASE=postgres $(BIN)/pytest tests/imports/test_counted.py $(ARGS)

# Every fault that has a small run in the suite, at its full size.
FAULTS := tests/faults/test_r01_kill.py tests/faults/test_r11_duplicates.py tests/faults/test_r12_conflicts.py tests/faults/test_r12_model.py \
  tests/faults/test_silence.py tests/faults/test_machines.py tests/store/test_migrations.py \
  tests/faults/test_r15_plugins.py tests/faults/test_r15_serving.py tests/faults/test_r02_term.py tests/faults/test_r04_restart.py \
  tests/faults/test_r05_away.py tests/faults/test_r19_paused.py tests/faults/test_r20_network.py \
  tests/faults/test_r17_backup.py tests/faults/test_r18_damaged_file.py tests/faults/test_r13_slow_subscribers.py \
  tests/faults/test_r21_webhooks.py tests/faults/test_webhook_kill.py tests/examples/test_integrators.py tests/examples/test_webhooks_arrive.py
FULL := EPERF_R01_ROUNDS=100 EPERF_R11_KEYS=10000 EPERF_R12_ROUNDS=34 EPERF_R12_STEPS=10000 EPERF_SILENCES=20000 EPERF_R16_KILLS=1000 EPERF_MACHINES=500 \
  EPERF_R15_SECONDS=40 EPERF_R15_RATIO=1.2 EPERF_R02_ROUNDS=10 EPERF_R04_ROUNDS=10 EPERF_R05_SECONDS=60 EPERF_R19_SECONDS=30 EPERF_R19_ROUNDS=3 \
  EPERF_R20_CUTS=500 EPERF_R17_SECONDS=20 EPERF_R17_KILLS=20 EPERF_R18_FLIPS=3000 EPERF_R13_CROWD=100 EPERF_R13_RATE=1000 EPERF_WEBHOOK_KILLS=30 EPERF_KIT_RESTARTS=4

faults: fault ## the same

kills: $(READY) ## KILLS (1000) random kills of workers, supervisor, subscribers and connections to PostgreSQL: nothing missing, nothing twice
	$(BIN)/python -m tests.kills --kills $(or $(KILLS),1000) $(ARGS)

fault: $(READY) ## kill the server a hundred times under load, under 500 machines, plugins that do wrong, and migrations before each statement; fifty callers on one activity; on both databases
	EPERF_TEST_DATABASE=sqlite $(FULL) $(BIN)/pytest $(FAULTS) -m fault --timeout 3600 $(ARGS)
	EPERF_TEST_DATABASE=postgres $(FULL) $(BIN)/pytest $(FAULTS) -m fault --timeout 3600 $(ARGS)

lock: $(READY) ## renew requirements.lock and every package-lock.json (UPGRADE=1: to the newest versions)
	$(BIN)/uv pip compile pyproject.toml --quiet --no-config --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	  --no-emit-index-annotation --no-emit-package eperf $(if $(UPGRADE),--upgrade) --output-file requirements.lock
	$(NPM) install --package-lock-only
	cd $(CONFORMANCE) && $(NPM) install --package-lock-only
	cd bench/pgl && $(NPM) install --package-lock-only
	$(BIN)/python -c "$$WITHOUT_FUNDING"

# The lock says what is installed and its hash; an address of a sponsor's page is neither.
define WITHOUT_FUNDING
import json, pathlib
for path in map(pathlib.Path, ("package-lock.json", "$(CONFORMANCE)/package-lock.json", "bench/pgl/package-lock.json")):
    lock = json.loads(path.read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)
    path.write_text(json.dumps(lock, indent=2) + "\n")
endef
export WITHOUT_FUNDING

reference: $(READY) ## write the reference of hooks and public names for plugins again
	@mkdir -p docs/reference
	$(BIN)/python -m eperf.testing.reference > docs/reference/plugins.md

release-schema: $(READY) ## take the schema of today for the released one, at a release
	cp docs/schema.graphql docs/schema.released.graphql

clean: ## remove all that was made here
	rm -rf .venv node_modules bench/pgl/node_modules $(CONFORMANCE)/node_modules build dist
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
