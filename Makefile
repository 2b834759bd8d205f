# CEMS on one machine. `make help` lists what there is to do.
PYTHON ?= python3
BOOT := $(PYTHON) cems/local/bootstrap.py
VENV := .venv/bin/python
BESIDE := $(VENV) -m cems.local.with_servers --
MIGRATED := $(VENV) -m cems.local.with_servers --migrated --
PYTEST := $(VENV) -m pytest -n auto --dist worksteal --durations=10

CHECKS := check-format check-style check-types check-layers check-templates check-scripts check-migrations check-requirements

.DEFAULT_GOAL := help
.PHONY: help run setup test test-fast coverage check $(CHECKS) bench screenshots lock clean

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run:  ## start CEMS here, with everything it needs (PORT=8001 for another port)
	@$(BOOT) -m cems.local.run

setup:  ## prepare the virtual environment and the front-end assets, for work on the code
	@$(BOOT) --dev

ifdef APP
test: setup  ## run everything: checks, tests, the browser (APP=matrix: the tests of one app alone)
	$(MIGRATED) $(PYTEST) tests/$(APP)
else
test: setup
	@$(VENV) -m cems.local.system
	@$(MAKE) --no-print-directory -j 2 check
	$(VENV) -m cems.local.scripts test
	$(MIGRATED) sh -c '$(PYTEST) -m "not alone" && $(VENV) -m pytest -m alone'
endif

test-fast: setup  ## run what needs no browser, no worker and no walk of every page
	$(MIGRATED) $(PYTEST) -m "not alone and not browser and not walk and not workers"

coverage: setup  ## what the tests without a browser run of the product; fails below the floor of pyproject.toml
	$(MIGRATED) $(PYTEST) -m "not alone and not browser and not walk and not workers" --cov --cov-report=term

# `make -k check` goes on after the first that fails.
check: $(CHECKS)  ## format, style, types, layers, templates, scripts, migrations, requirements

check-format: setup
	$(VENV) -m ruff format --check .
check-style: setup
	$(VENV) -m ruff check .
check-types: setup
	$(BESIDE) $(VENV) -m mypy
check-layers: setup
	.venv/bin/lint-imports
check-templates: setup
	.venv/bin/djlint --check --lint templates
check-scripts: setup
	$(VENV) -m cems.local.scripts check
check-migrations: setup
	$(BESIDE) $(VENV) -m cems.local.check_migrations
check-requirements: setup
	$(BESIDE) $(VENV) -m pytest -q -p no:randomly tests/guards -k requirements

bench: setup  ## measure the main screens at national size; writes docs/benchmarks.md (BENCH="--scale 0.01")
	$(VENV) -m bench $(BENCH)

screenshots: setup  ## take a picture of every main screen into screenshots/
	@$(VENV) -m cems.local.system
	$(BESIDE) $(VENV) -m tests.screenshots

lock: setup  ## lock requirements.in and requirements-dev.in again, with hashes
	$(VENV) -m cems.local.lock

clean:  ## remove caches and what tests leave behind; .venv and .local (your data) stay
	rm -rf .local/migrated .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis screenshots staticfiles
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
