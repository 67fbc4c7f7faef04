# Gongkai: `make run` starts it, `make test` proves it. `make` alone lists what else there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
T ?= tests
WORKERS ?= auto
ARGS ?=
unexport PYTHONDONTWRITEBYTECODE  # compiled files halve every start

.PHONY: help run test sure fix lint types boundaries contracts contracts-check up down demo bench faults lock deploy-check openapi-check clean

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Every day
run: $(VENV)/.run $(if $(wildcard var/embedded/demo.json),,$(VENV)/demo/demo.json) ## install, start the embedded platform with the demo county, say where to look
	@$(BIN)/gongkai run $(ARGS)

test: $(VENV)/.dev ## install what tests need, run the tests (make test T=tests/publication)
	@$(BIN)/gongkai doctor --tests
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile $(T) $(ARGS)

sure: lint types boundaries contracts-check deploy-check openapi-check test ## all that CI checks, in CI's order

fix: $(VENV)/.dev ## format, and mend what ruff can mend
	@$(BIN)/ruff format services shared tests deploy
	@$(BIN)/ruff check --fix services shared tests deploy

##@ The platform
up: $(VENV)/.dev ## start the split platform: PostgreSQL, Kafka, a process per service
	@$(BIN)/gongkai up $(ARGS)

down: ## stop exactly what `make up` started
	@$(BIN)/gongkai down

demo: $(VENV)/.run ## load the demo county into a running development platform
	@$(BIN)/gongkai demo $(ARGS)

bench: $(VENV)/.dev ## measure against the named peers and limits
	@$(BIN)/python -m tests.benchmarks $(ARGS)

##@ The checks one by one
lint: $(VENV)/.dev ## ruff: style, dangers, format
	@$(BIN)/ruff check services shared tests deploy
	@$(BIN)/ruff format --check services shared tests deploy

types: $(VENV)/.dev ## mypy --strict
	@$(BIN)/mypy

boundaries: $(VENV)/.dev ## who may import whom
	@$(BIN)/lint-imports

contracts: $(VENV)/.dev ## write shared/contracts anew (events, AsyncAPI, OpenAPI)
	@$(BIN)/gongkai contracts write

contracts-check: $(VENV)/.dev ## the contracts are those of the code, and break nobody
	@$(BIN)/gongkai contracts check

deploy-check: $(VENV)/.dev ## compose files, Dockerfile, shell and YAML pass their validators
	@deploy/check

openapi-check: $(VENV)/.dev ## the OpenAPI documents pass the linter (npm)
	@deploy/openapi-lint

##@ Now and then
faults: $(VENV)/.dev ## break it for longer than CI does (make faults ARGS='--rounds 5 --seed 7')
	@$(BIN)/pytest tests/faults $(or $(ARGS),--rounds 3)

lock: ## resolve the lock files anew (versions and hashes, no addresses)
	@$(PYTHON) -m venv $(VENV)/uv && $(VENV)/uv/bin/pip install --quiet uv
	@$(VENV)/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate requirements.in -o requirements.lock
	@$(VENV)/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate -c requirements.lock requirements-dev.in -o requirements-dev.lock

clean: ## remove the virtual environment and all data under var/
	rm -rf $(VENV) var

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Gongkai needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing into $(VENV) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@$(BIN)/python -m compileall -q services shared
	@touch $@

$(VENV)/demo/demo.json: $(VENV)/.run $(shell find services shared deploy/demo -name '*.py' -o -name '*.yaml' -o -name '*.xlsx')
	@echo "Preparing the demo county, once ..."
	@$(BIN)/gongkai demo --prepare $(VENV)/demo

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "Installing the test tools into $(VENV) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
