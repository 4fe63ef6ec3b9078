# Everything a developer or operator types. Needs Python >= 3.11 and make; creates its own virtual environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
PYTEST := $(BIN)/pytest
PIP_FLAGS ?=
WORKERS ?= 2
TOGETHER := -n $(WORKERS) --dist loadfile # a file's tests share what they built, so they stay in one process
export DO_NOT_TRACK := 1

.PHONY: demo test test-all lint lint-python lint-sql night review bench clean install lock

install: $(READY)

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Plumbline needs Python 3.11, 3.12 or 3.13; this is %s. Try: make PYTHON=python3.11" % sys.version.split()[0] if not (3, 11) <= sys.version_info < (3, 14) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes $(PIP_FLAGS) -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $(READY)

demo: $(READY) ## a night on simulated CRMs; leaves its workspace in .demo/
	$(BIN)/plumbline demo --dir .demo

test: $(READY) ## the tests, without the slowest
	$(PYTEST) $(TOGETHER) -m "not slow and not benchmark"

test-all: $(READY) ## every test
	$(PYTEST) $(TOGETHER) -m "not benchmark"

lint: lint-python lint-sql ## ruff, mypy and sqlfluff

lint-python: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lint-sql: $(READY) ## some seconds a model
	cd dbt_project && ../$(BIN)/sqlfluff lint models --processes 2

night: $(READY) ## the night of the workspace in PLUMBLINE_HOME (or this folder), now
	$(BIN)/plumbline sync

review: $(READY) ## what the last night found that somebody can still mend, largest first
	$(BIN)/plumbline query "select deals.deal_name, findings.sentence, findings.owner_key_now as owner, \
		cast(findings.days_open as int) as days, findings.amount_home as amount from marts.fct_findings as findings \
		join marts.dim_deals as deals on findings.deal_key = deals.deal_key \
		where findings.is_alert order by findings.amount_home desc nulls last limit 25"

bench: $(READY) ## measures; never judges
	$(PYTEST) -m benchmark -s tests/benchmarks

lock: ## resolve the dependencies anew
	$(BIN)/pip-compile --extra dev --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--strip-extras --allow-unsafe --no-header --upgrade -o requirements.lock pyproject.toml

clean: ## what make made, but for the virtual environment
	rm -rf .demo dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis dbt_project/target dbt_project/logs
