# Two commands need nothing but Python 3.11 and make: `make demo` and `make test`.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# cfn-lint and the aws command, whose pins are not ours.
AWS := .venv-aws
SEEDS ?= 1000
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps

.PHONY: setup demo test lint types imports package e2e contract simulate stock audits clients bench load lock clean

# The lock and the project's metadata are all that decide whether the environment is up to date.
# What it prints goes to standard error: `make demo ARGS=--json` prints JSON and nothing else.
$(READY): requirements.lock pyproject.toml
	@echo "setting up $(VENV)/ …" >&2
	@$(PYTHON) -m venv $(VENV) >&2
	@$(PIP) --require-hashes --requirement requirements.lock >&2
	@$(PIP) --no-build-isolation --no-index --editable . >&2
	@touch $@

setup: $(READY)  ## only what the others set up by themselves

demo: $(READY)  ## replay a grocer's published, simulated baskets, verify the ledger, serve GraphQL; ARGS="--no-serve --baskets 300"
	@$(BIN)/tallystick demo $(ARGS)

# Each module, with its assertions rewritten, is compiled once, not in each of a hundred processes.
test: $(READY)  ## all tests that need no server outside this process; ARGS="-k transfer"
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto $(ARGS)

$(AWS)/.ready: infra/tools.lock
	@echo "setting up $(AWS)/ …" >&2
	@$(PYTHON) -m venv --clear $(AWS) >&2
	@$(AWS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement $< >&2
	@touch $@

lint: $(READY) $(AWS)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(AWS)/bin/cfn-lint infra/template.yaml

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

package: $(READY)  ## what Lambda runs, in build/package/; ARCH=arm64|x86_64|local; the first two need Python 3.13
	@$(BIN)/python infra/package.py --architecture $(or $(ARCH),arm64)

e2e: $(READY) $(AWS)/.ready  ## the template on a local AWS, and the acceptance suite over HTTP; ARCH=x86_64 with Python 3.13
	@ARCH=$(ARCH) $(BIN)/python -m tests.e2e.run $(ARGS)

contract: $(READY)  ## the storage contract against a DynamoDB that runs transactions concurrently
	$(BIN)/python -m tests.contract.run $(ARGS)

simulate: $(READY)  ## every fault, all pairs of faults, random schedules, mutants; SEEDS=1000 ARGS="--json"
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) $(ARGS)

stock: $(READY)  ## a verifier that is not ours reads an exported log; fetched by name with apt; ARGS=DIR
	$(BIN)/python -m tests.stock.run $(ARGS)

audits: $(READY)  ## all audits of npm's graphql-http against a served coalition; needs Node 20 and npm
	$(BIN)/python -m tests.clients.run audits

clients: $(READY)  ## the README's tour with urql (TypeScript, strict) and gql (Python); needs Node 20 and npm
	$(BIN)/python -m tests.clients.run tour

bench: $(READY)  ## the figures we promise, as ratios within one run
	$(BIN)/python -m bench $(ARGS)

load: $(READY)  ## 16 customers at once on a local coalition, then an audit; ARGS="--seconds 120 --json"
	@$(BIN)/python -m bench.load $(ARGS)

lock:  ## pin every dependency with its hashes; needs uv
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	    --no-emit-package tallystick --no-emit-package pandas --no-emit-package numpy --no-annotate --no-header --upgrade --output-file requirements.lock
	printf 'cfn-lint\nawscli\n' | uv pip compile - --universal --python-version 3.11 --generate-hashes \
	    --no-annotate --no-header --upgrade --output-file infra/tools.lock

clean:
	rm -rf $(VENV) .venv-ministack .venv-ministack-3.13 $(AWS) .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis .stock .clients build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
