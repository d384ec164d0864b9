# The commands of this project; `make help` lists them.

# The first Python on the PATH that is new and old enough and can make an environment.
PYTHON ?= $(shell for p in python3 python3.12 python3.11 python3.13; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
# Half of what the tests do is waiting for a real service, so three share two cores well.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(max(2, (os.cpu_count() or 2) * 3 // 2))')
# Programs that bring their own list of certificate authorities shall also trust the machine's.
export UV_SYSTEM_CERTS := 1

.DEFAULT_GOAL := help

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: .venv/run ## set up and start everything beside a LINE look-alike; needs no account
	@$(BIN)/python -m bot demo

test: .venv/dev ## set up and run the whole test suite
	@$(BIN)/python -m tests.browser.provide
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

check: static test ## everything a change must pass: format, lint, types, imports, catalogues, tests

static: .venv/dev ## the checks that run nothing: format, lint, types, import contracts, locks
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@! grep -nE '://|^--(extra|index|find)' requirements.lock requirements-dev.lock

format: .venv/dev ## rewrite the code in the project's format
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

catalogues: .venv/dev ## bring the sentences in locales/ up to date with the code
	$(BIN)/python -m locales.update

bench: .venv/dev ## list the benchmark commands
	@ls tests/benchmarks/*.py | sed -E 's#/#.#g; s#^#$(BIN)/python -m #; s#\.py$$##'

prove: .venv/dev ## kill and break everything, a thousand times, and write docs/proof.md (some 30 minutes)
	$(BIN)/python -m tests.faults.prove

lock: .venv/dev ## choose the newest versions of everything and pin them by hash
	$(BIN)/uv pip compile pyproject.toml -o requirements.lock $(LOCKING)
	$(BIN)/uv pip compile pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock $(LOCKING)
LOCKING := --upgrade --universal --generate-hashes --python-version 3.11 --no-header --quiet

clean: ## remove the environment and everything that was made
	rm -rf .venv var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.venv/run: requirements.lock
	@test -n "$(PYTHON)" || { echo "This needs Python 3.11, 3.12 or 3.13 with venv on the PATH." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/dev: requirements-dev.lock .venv/run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

.PHONY: help run test check static format catalogues bench prove lock clean
