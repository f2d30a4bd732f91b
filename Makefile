# The two commands that matter: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo stop test test-postgresql check bench docs four-cities add-health lock vendor messages clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.run: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed. Found: " + sys.version.split()[0] + ". Name another with: make demo PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --no-deps --require-hashes -r requirements/run.txt
	$(PIP) install --quiet --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(PIP) install --quiet --no-deps --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(VENV)/.run ## Install, invent a city, compute its mirror, serve the site, say where to look
	$(BIN)/wijkspiegel demo --out demo --site

stop: ## End the site that the demo left running
	WIJKSPIEGEL_DATA=demo/site $(BIN)/wijkspiegel site stop

test: $(VENV)/.dev ## Install the test tools and run every test
	$(BIN)/pytest -n 2 --dist worksteal --cov --cov-report=term $(PYTEST)

test-postgresql: $(VENV)/.dev ## The tests of the site on PostgreSQL: make test-postgresql DATABASE_URL=postgres://...
	DATABASE_URL='$(DATABASE_URL)' $(BIN)/pytest -q --create-db -m "not browser" tests/site

check: $(VENV)/.dev ## Lint and types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

$(VENV)-peer/.made:
	$(PYTHON) -m venv $(VENV)-peer
	$(VENV)-peer/bin/python -m pip --disable-pip-version-check install --quiet segregation==2.5.4
	@touch $@

bench: $(VENV)/.dev $(VENV)-peer/.made ## Measure against what a user would pick instead (an hour)
	$(BIN)/python -m benchmarks.run $(BENCH)
	$(BIN)/python -m benchmarks.right
	$(BIN)/python -m benchmarks.site

docs: $(VENV)/.dev ## Build the documentation in docs/_build/html; a broken link is an error
	$(BIN)/sphinx-build --fail-on-warning --nitpicky -q docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

four-cities: $(VENV)/.run ## Write docs/explanation/four-cities.md from published figures: make four-cities CBS="a.csv b.csv"
	$(BIN)/python docs/four_cities.py $(CBS)

add-health: $(VENV)/.run ## Write docs/explanation/add-health.md from friendship nominations: make add-health DATA=DIRECTORY
	$(BIN)/python docs/add_health.py $(DATA)

lock: ## Choose and pin the versions of everything that is installed (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml --extra all -o requirements/run.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -c requirements/run.txt pyproject.toml --extra all --group dev -o requirements/dev.txt

clean: ## Remove what was made
	rm -rf $(VENV) $(VENV)-peer demo docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage

vendor: ## Take the styles and scripts of others that the site ships (needs npm)
	$(PYTHON) docs/vendor_styles.py

messages: ## Collect the texts of the site for translation, and compile them (needs gettext)
	cd src/wijkspiegel/site && ../../../$(BIN)/django-admin makemessages --locale nl --no-location --no-wrap --settings wijkspiegel.site.settings
	cd src/wijkspiegel/site && ../../../$(BIN)/django-admin compilemessages --settings wijkspiegel.site.settings
