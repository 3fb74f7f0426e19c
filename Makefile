# Two commands: `make run` and `make test`. Each installs what it needs; a second time it is quick.

PYTHON ?= python3
PORT ?= 8501
export PORT
BIN := .venv/bin
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
endif
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input

.PHONY: run test lint types port browser postgres node screenshots clean
.DELETE_ON_ERROR:

run: port .venv/weights
	@$(BIN)/streamlit run streamlit_app.py --server.port "$$PORT"

# Three processes also on two cores: many tests wait for a server or a clock of its own.
test: .venv/installed-dev browser postgres node lint types
	$(BIN)/python -m pytest --ignore tests/browser --numprocesses 3 --dist loadfile
	$(BIN)/python -m pytest tests/browser --reruns 2 -rR --numprocesses 2 --dist loadfile

lint: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/installed-dev
	$(BIN)/mypy

port:
	@sh deploy/port.sh "$$PORT"

browser:
	@sh deploy/browser.sh

postgres:
	@sh deploy/postgres.sh

node:
	@sh deploy/node.sh

screenshots: .venv/installed-dev browser
	$(BIN)/python -m bench.screenshots

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/made:
	@sh deploy/python.sh $(PYTHON)
	@touch $@

.venv/installed: requirements.txt .venv/made
	@echo "Installing into .venv: a minute, the first time…"
	@$(PIP) install -r requirements.txt
	@touch $@

.venv/installed-dev: requirements.txt requirements-dev.txt .venv/made
	@echo "Installing into .venv, with what the tests need: a minute, the first time…"
	@$(PIP) install -r requirements-dev.txt
	@touch .venv/installed $@

# The app fetches them too where they are missing, so once is enough here.
.venv/weights: .venv/installed
	@$(BIN)/python -m chat.local.weights
	@touch $@
