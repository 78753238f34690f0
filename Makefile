# Everything a person or CI does here. `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
MAKEFLAGS += --no-print-directory
PYTHON := .venv/bin/python
STACK := $(PYTHON) -m infra.local
MANAGE := $(STACK) run-manage
PYTEST := $(PYTHON) -m pytest
FAULTS := tests/faults tests/infra/test_backup.py
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONPATH := $(CURDIR):$(CURDIR)/backend

.PHONY: help paper-out paper-in run stop status reset demo test test-long faults check check-invariants bench contract contract-check \
        read-file price-cases sbom audit lock format bootstrap texts clients mobile-check

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | sort | awk -F'\t' '{printf "  make %-18s %s\n", $$1, $$2}'

bootstrap: ## install what is missing: Debian packages (as root), .venv, locked Python packages
	@python3 tools/bootstrap.py

texts: bootstrap ## compile the changed catalogues of texts
	@$(PYTHON) -m tools.texts

clients: bootstrap ## build the browser's applications that changed
	@$(PYTHON) -m tools.clients

mobile-check: bootstrap ## Hermes bundles of Android and iOS, and the native projects of both
	@$(PYTHON) -m tools.mobile_bundles

run: texts clients ## start everything in the background, migrate, load the demo, print addresses and logins
	@$(STACK) up

stop: ## end everything in order
	@if test -x $(PYTHON); then $(STACK) stop; else echo "Nothing was running."; fi

status: ## what runs
	@$(STACK) status

reset: ## remove the data of this checkout (YES=1)
	@$(STACK) reset

demo: run ## the latest month of the demo, headless; the last line is JSON
	@RACHUN_ROLE=worker $(MANAGE) demo_month

paper-out: ## take the paper out of the demo's registers, to see what a cashier sees
	@for desk in var/desk-*; do touch "$$desk/no-paper"; done

paper-in: ## and put it back
	@rm -f var/desk-*/no-paper

test: texts ## prove everything in under 20 minutes: what CI runs
	@$(PYTHON) -m tools.run_tests

test-long: texts ## the long versions: more examples, more kills
	@$(PYTHON) -m tools.run_tests --long

faults: texts ## kill, cut off, empty and spoil everything on purpose (LONG=1: at length); see tests/faults
	@$(PYTEST) $(FAULTS) -n0 -q -m "$(if $(LONG),long or not long,not long)"

check: texts ## the fast half: lint, types, imports, contract, texts, locks
	@$(PYTHON) -m tools.check

check-invariants: ## what must always hold, over the data of the running stack
	@$(STACK) status >/dev/null || { echo "Not everything is running: make run first, make status says what is." >&2; exit 1; }
	RACHUN_ROLE=worker $(MANAGE) check_invariants

bench: texts ## figures: JOB=engine|quote|C1|C2|A|B|D N=… DATA=folder; without JOB all, and docs/benchmarks.md
	@$(PYTHON) -m tests.bench $(JOB) $(if $(N),--n $(N)) $(if $(DATA),--data "$(DATA)")

contract: bootstrap ## write openapi/rachun.yaml and the TypeScript clients
	@$(PYTHON) -m tools.contract

contract-check: contract ## the committed contract and clients are those of the code
	@git diff --exit-code -- openapi/rachun.yaml frontend/src/api mobile/src/api

read-file: bootstrap ## what a reader understands of a file: FORMAT=… FILE=… (ENCODING=…); FORMAT=? lists them
	@if test "$(FORMAT)" = "?"; then exec $(PYTHON) -m rachun.formats list; fi
	test -n "$(FORMAT)" -a -n "$(FILE)" || { echo "make read-file FORMAT=… FILE=…" >&2; exit 2; }
	$(PYTHON) -m rachun.formats read "$(FORMAT)" "$(FILE)" $(if $(ENCODING),--encoding "$(ENCODING)")

price-cases: bootstrap ## price neutral case files with the engine: FILES="a.json b.json"
	@test -n "$(FILES)" || { echo 'make price-cases FILES="…"' >&2; exit 2; }
	$(PYTHON) -m tools.price_cases $(FILES)

sbom: bootstrap ## what the product is made of, from the locks: var/sbom.json (CycloneDX)
	@$(PYTHON) -m tools.sbom

audit: bootstrap ## known faults of locked packages, as the registries tell them
	@$(PYTHON) -m tools.audit

lock: bootstrap ## compile the requirement files again, with hashes and without addresses
	@$(PYTHON) -m tools.lock

format: bootstrap ## format the code, write the import contracts again
	@ruff format .
	ruff check --fix --quiet .
	$(PYTHON) -m tools.import_contracts
