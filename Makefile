# What can be done here. `make` or `make help` lists it. Set-up is part of every verb and quick the second time.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SEED ?= 1
PORT ?= 8000
OUT ?= demo-out
LONGEST_TEST := 900 # seconds after which a test that hangs fails by name
STAMP := $(VENV)/.set-up
PACKAGES := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 tesseract-ocr tesseract-ocr-eng poppler-utils qpdf \
	bubblewrap fonts-liberation fonts-noto-core fonts-dejavu-core fonts-droid-fallback fonts-nanum fonts-symbola
TEST_PACKAGES := postgresql chromium dovecot-imapd

.PHONY: help setup setup-test demo run test bench lint format lock

help: ## list the verbs
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## install what the service needs (system packages, virtual environment)

$(STAMP): Makefile requirements/run.txt requirements/dev.txt requirements/install-packages
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; set PYTHON=")'
	@bash requirements/install-packages $(PACKAGES)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip -q
	@echo "Installing Python packages (locked, hashes checked)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt -r requirements/dev.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup-test: $(STAMP)
	@bash requirements/install-packages $(TEST_PACKAGES)

demo: setup ## the whole job on the demo council, from the public form to the downloaded pack (SEED=1 OUT=demo-out)
	@$(BIN)/sar demo --out $(OUT) --seed $(SEED)

run: setup ## the demo council to click through, with printed sign-ins (PORT=8000)
	@SAR_ENV=$${SAR_ENV:-demo} SAR_PROFILE=$${SAR_PROFILE:-demo} $(BIN)/sar serve --port $(PORT)

test: setup-test ## every test: unit, services on SQLite and PostgreSQL, workers on Redis, pages, journeys in Chromium
	@$(BIN)/python -m pytest -q -n auto --dist loadgroup --timeout $(LONGEST_TEST)

bench: setup-test ## the benchmarks, each a ratio measured in one run; writes bench.json
	@$(BIN)/python -m tests.bench

lint: setup ## formatting, lint, types, import contracts
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup ## put the code into its format
	@$(BIN)/ruff format -q . && $(BIN)/ruff check -q --fix .

lock: ## lock the dependencies anew: names, versions and hashes, no addresses
	@for set in run dev; do $(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --universal \
		--python-version 3.11 requirements/$$set.in -o requirements/$$set.txt; done
