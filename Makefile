# Targets are listed by `make`. PYTHON and EXTRAS may be given: make demo PYTHON=python3.12 EXTRAS=gpu,dev
PYTHON ?= $(shell command -v python3.11 || command -v python3)
EXTRAS ?= auto
BIN := .venv/bin

export HF_HUB_OFFLINE := 1
export HF_DATASETS_OFFLINE := 1
export DO_NOT_TRACK := 1
export VLLM_NO_USAGE_STATS := 1
export TOKENIZERS_PARALLELISM := false

.DEFAULT_GOAL := help
.PHONY: help setup demo test quick slow format clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make or repair the environment in .venv
	@$(PYTHON) scripts/setup.py --extras $(EXTRAS)

demo: setup ## the whole path on the embedded model and data: decision, plan, LoRA run, A/B, report (about ten minutes)
	@$(BIN)/tunewise demo

test: setup ## format, lint, strict types, import contracts and all tests (what CI runs)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -m "not slow and not e2e" -n 2
	$(BIN)/python -m pytest -q -m "e2e and not slow"

quick: setup ## what to run every minute: lint, and the tests without torch, vLLM, package index and screen pictures
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -q -m "not slow and not heavy and not e2e" -n 2

slow: setup ## what takes too long for every change: kills in every stage, the whole demo, a fresh clone
	$(BIN)/python -m pytest -q -m slow

format: setup ## rewrite the files in the project's style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove the environment, caches and the workspace .tunewise
	rm -rf .venv .tunewise .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
