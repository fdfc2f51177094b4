# make demo: install into .venv, fetch the model, answer a question.   make test: everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(PYTHON) scripts/locked.py sh scripts/install.sh "$(PYTHON)" $(VENV)
WORKERS := -n 4
INSTALLER := pyproject.toml scripts/install.sh scripts/build_llama.sh

.PHONY: demo install test test-ready test-fast lint coverage release-check docs record bench llama-server accuracy fit clean
.DEFAULT_GOAL := demo

demo: install
	@$(BIN)/shellmate model pull --no-prime
	@$(BIN)/shellmate cache prime
	@echo '$$ shellmate "count csv column mean"' >&2
	@$(BIN)/shellmate "count csv column mean" </dev/null
	@echo '`. $(BIN)/activate` puts shellmate on the PATH of this shell; in fish: `source $(BIN)/activate.fish`' >&2

install: $(VENV)/.run

test: test-ready
	@$(BIN)/python -m pytest $(WORKERS)

test-ready: $(VENV)/.test
	@$(BIN)/shellmate model pull --no-prime qwen2.5-coder-0.5b smollm2-135m
	@$(BIN)/shellmate cache prime

test-fast: $(VENV)/.test
	@$(BIN)/python -m pytest -m "not model and not slow" $(WORKERS)

lint: $(VENV)/.lint
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m scripts.docs --check
	@sh scripts/lint_shell.sh

coverage: $(VENV)/.test $(VENV)/.coverage
	@$(BIN)/python -m pytest -m "not model" $(WORKERS) --cov --cov-report=term:skip-covered

release-check: $(VENV)/.test
	@$(PYTHON) scripts/locked.py sh scripts/release.sh "$(abspath $(BIN))/python"

docs: $(VENV)/.run
	@$(BIN)/python -m scripts.docs

record: $(VENV)/.test
	@$(BIN)/shellmate model pull --no-prime
	@$(BIN)/shellmate cache prime
	@$(BIN)/python -m scripts.record > docs/chat.svg

bench: $(VENV)/.test
	@$(BIN)/shellmate model pull --no-prime
	@$(BIN)/shellmate cache prime
	@$(BIN)/python -m tests.bench

llama-server: $(VENV)/.run
	@sh scripts/build_llama_server.sh $(BIN)/python

accuracy: $(VENV)/.test
	@$(BIN)/shellmate model pull --no-prime
	@$(BIN)/python -m tests.bench.accuracy $(BENCHMARKS)

fit: $(VENV)/.test
	@$(BIN)/shellmate model pull --no-prime
	@$(BIN)/python -m tests.bench.fit $(BENCHMARKS)

clean:
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis .coverage .coverage.*
	find shellmate tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.run: $(INSTALLER)
	@$(INSTALL) run

$(VENV)/.test: $(VENV)/.run
	@$(INSTALL) test

$(VENV)/.lint: $(VENV)/.run
	@$(INSTALL) lint

$(VENV)/.coverage: $(VENV)/.run
	@$(INSTALL) coverage
