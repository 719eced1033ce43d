# One way to do each thing. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup snapshot test lint demo bench study lock clean

PYTHON ?= python3
STAMP  := .venv/.set-up

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

setup: $(STAMP)  ## make .venv from the hash-pinned lock; `.venv/bin/seg` is the command line

# uv installs the lock in half a minute, pip in two. Where uv is not on the machine it comes from the lock, with its
# hash; where uv cannot reach the packages (it does not read pip's configuration), pip installs them.
$(STAMP): requirements.lock pyproject.toml
	rm -rf .venv
	$(PYTHON) -m venv .venv
	@set -e; export VIRTUAL_ENV=.venv; uv=$$(command -v uv || true); \
	if [ -z "$$uv" ]; then \
	  awk '/^uv==/{on=1} on{print} on&&!/\\$$/{exit}' requirements.lock > .venv/uv.lock; \
	  .venv/bin/python -m pip install --quiet --require-hashes -r .venv/uv.lock; uv=.venv/bin/uv; \
	fi; \
	echo "installing the locked packages with $$uv"; \
	$$uv pip install --quiet --compile-bytecode --require-hashes -r requirements.lock || { \
	  echo "uv could not install them; trying pip (about two minutes)"; \
	  .venv/bin/python -m pip install --quiet --require-hashes -r requirements.lock; }
	.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --no-index --editable .
	.venv/bin/python -m compileall -q seg_pipeline
	@touch $(STAMP)

snapshot: setup  ## publish this year's edition from the made-up deliveries in data/demo
	@.venv/bin/seg refresh --edition $$(date -u +%Y) --profile demo

test: setup  ## run all tests
	.venv/bin/python -m pytest -n 2

lint: setup  ## style, types and import layers
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

demo: setup  ## make data/demo again from its generator (the same bytes every time)
	.venv/bin/python data/demo/generate.py

bench: setup  ## measure the indicator engine beside PySAL, which gets an environment of its own (about six minutes)
	@test -d .venv-bench || { .venv/bin/uv venv --quiet .venv-bench && \
	  VIRTUAL_ENV=.venv-bench .venv/bin/uv pip install --quiet -r docs/benchmark/requirements.txt; }
	.venv/bin/python docs/benchmark/bench.py

study: setup  ## repeat the simulation study of the intervals (half an hour on two cores)
	.venv/bin/python docs/method/simulate.py && .venv/bin/python docs/method/plot.py

lock:  ## compile requirements.lock anew (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-strip-extras --no-annotate --no-header --quiet -o requirements.lock

clean:  ## remove the environment and everything made at run time, demo and real; asks first
	@printf 'This removes .venv and data/{archive,tables,snapshots,dagster}. Type yes: '; read a; [ "$$a" = yes ]
	rm -rf .venv; chmod -R u+w data/archive data/snapshots 2>/dev/null; rm -rf data/archive data/tables data/snapshots data/dagster
