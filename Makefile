# Two commands: `make run` and `make test`. Each installs what it needs; a second time it is quick.

PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
endif

.PHONY: run test lint types browser screenshots clean

run: .venv/installed
	@$(BIN)/python -m chat.local.weights
	@$(BIN)/python -m bench.port $(PORT)
	@$(BIN)/streamlit run streamlit_app.py --server.port $(PORT)

test: .venv/installed-dev browser lint types
	$(BIN)/python -m pytest

lint: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/installed-dev
	$(BIN)/mypy

browser:
	@sh deploy/browser.sh

screenshots: .venv/installed-dev browser
	$(BIN)/python -m bench.screenshots

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tickertape needs Python 3.11 or newer.")'
	$(PYTHON) -m venv .venv

.venv/installed: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-dev: requirements.txt requirements-dev.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ .venv/installed
