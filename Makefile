# Every target does its own set-up: `git clone`, then `make demo`. See CONTRIBUTING.md.

PYTHON ?= python3
# Twice as many as there are processors: of the time that the tests take, a good part is waiting.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) \* 2)
UPGRADE ?=

# What is compiled once is not compiled by each process of the tests.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
READY := $(VENV)/.ready
REQUIREMENTS := $(VENV)/.requirements
NODE := frontend/node_modules/.ready
PIP_TOOLS := 7.6.2

# What is held against a share of the cases by day, and against all of them at night.
NIGHTLY := $(addprefix tests/,cli/test_colour.py config/test_schema.py deploying/test_containers.py discovery page \
	recipes/test_container.py recipes/test_google_job.py stores/test_agreement.py)

CHECKED := $(wildcard src tests examples benchmarks docs)
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" .venv-lock/bin/pip-compile --quiet --strip-extras --allow-unsafe \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
	$(if $(UPGRADE),--upgrade)

MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo test nightly check static fix bench cover page lock wheel clean python

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## show drift and a deploy in a repository made on the spot
	@$(BIN)/python examples/demo/run.py

test: static ## everything that CI runs: `make check` and the slow tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

nightly: $(READY) ## what takes minutes: a real API server for clusters, the image built and run, compose for real
	tests/nightly/build_kube_apiserver.sh .nightly
	UNSHIPPED_NIGHTLY=1 $(BIN)/python -m pytest tests/nightly $(NIGHTLY)

check: static ## format, lint, types, import contracts, tests, docs tests: run it before each commit
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not slow"

static: $(READY)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/mypy --num-workers auto
	$(BIN)/lint-imports --no-logo

fix: $(READY) ## repair what can be repaired: format, imports, simple lint
	$(BIN)/ruff check --fix --exit-zero $(CHECKED)
	$(BIN)/ruff format $(CHECKED)

bench: $(READY) ## measure how fast a check is
	@$(BIN)/python -m benchmarks

cover: $(READY) ## run the fast tests and list the lines that none of them reaches
	$(BIN)/coverage run -m pytest -q -m "not slow"
	$(BIN)/coverage report

page: $(NODE) ## build the page and the component from `frontend/`, which needs Node 20 or newer
	@cd frontend && npm run --silent build

lock: python ## write requirements/*.txt anew; `make lock UPGRADE=1` takes the newest versions
	@test -x .venv-lock/bin/pip-compile || $(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python -m pip --disable-pip-version-check -qq install pip-tools==$(PIP_TOOLS)
	$(COMPILE) --output-file requirements/runtime.txt pyproject.toml
	$(COMPILE) --all-extras --constraint requirements/runtime.txt --output-file requirements/dev.txt \
		pyproject.toml requirements/dev.in

wheel: $(READY) ## build the wheel, install it into an empty environment, run it
	@rm -rf dist
	$(BIN)/python -m build --wheel --no-isolation
	@$(PYTHON) -m venv --clear .venv-wheel
	.venv-wheel/bin/python -m pip --disable-pip-version-check -qq install dist/*.whl
	.venv-wheel/bin/unshipped --version

clean: ## remove everything that make made
	rm -rf .venv .venv-lock .venv-wheel .nightly frontend/node_modules frontend/dist \
		examples/embed/node_modules examples/embed/dist tests/web/provider/node_modules \
		build dist htmlcov .coverage .coverage.* \
		.hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is made anew when the locked versions change, and the project is installed into it anew
# when its own description changes.
$(REQUIREMENTS): requirements/dev.txt | python
	@echo "setting up $(VENV): a minute or two, once"
	@$(PYTHON) -m venv --clear $(VENV) || { echo "no virtual environment: install venv for $(PYTHON)" >&2; exit 1; }
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

$(READY): $(REQUIREMENTS) pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

%/node_modules/.ready: %/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node 20 or newer" >&2; exit 1; }
	@cd $* && npm ci --silent --ignore-scripts
	@touch $@

python:
	@command -v git >/dev/null || { echo "git is missing: install git 2.30 or newer" >&2; exit 1; }
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$$($(PYTHON) --version) is too old: make PYTHON=/path/to/python3.11 (or newer)" >&2; exit 1; }
