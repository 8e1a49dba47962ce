# Each target installs what it needs; the second run is quick.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNNER ?= process
EXAMPLE ?= digits
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
CONSTRAINTS := packaging/constraints.txt
OFFICIAL := build/official/.done

# Hundreds of processes start in the tests; without the compiled files each would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup gui demo test test-modules test-files setup-test-files test-exchange test-gpu properties hostile faults faults-ray fuzz audit check check-types check-rest official bench bench-search screenshots translations
.PHONY: docs shipped dist bundle deb test-deb sbom clean

setup: $(VENV)/.test
	@$(BIN)/python tools/system_packages.py
	@echo "Ready: $(BIN)/bayesdesk --help"

define make_venv
@$(PYTHON) tools/check_python.py
@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
endef

# Runtime dependencies.
$(VENV)/.run: pyproject.toml $(CONSTRAINTS)
	$(make_venv)
	$(PIP) --constraint $(CONSTRAINTS) --editable .
	@touch $@

# Dependencies of the example project.
$(VENV)/.demo: $(VENV)/.run
	$(PIP) --constraint $(CONSTRAINTS) --editable '.[demo]'
	@touch $@

# Dependencies of the window.
$(VENV)/.gui: $(VENV)/.run
	$(PIP) --constraint $(CONSTRAINTS) --editable '.[gui]'
	@touch $@

# Dependencies of tests and checks, with all others: one installation is quicker than two.
$(VENV)/.test: pyproject.toml $(CONSTRAINTS)
	$(make_venv)
	$(PIP) --constraint $(CONSTRAINTS) --editable '.[gui,ray,test,lint]'
	@touch $(VENV)/.run $@

# The official client and command line, in a folder of their own: they pin other versions of our dependencies.
official: $(OFFICIAL)
$(OFFICIAL): packaging/official.txt | $(VENV)/.test
	@rm -rf build/official
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-warn-conflicts --target build/official --requirement $<
	@touch $@

# The compiled catalogue of translations.  An install makes it; a checkout changes after that.
MESSAGES := resources/translations/zh/LC_MESSAGES/bayesdesk
$(MESSAGES).mo: $(MESSAGES).po | $(VENV)/.run
	@if $(BIN)/python -c "import babel" 2>/dev/null; then $(BIN)/python tools/translations.py compile; \
	else $(PIP) --constraint $(CONSTRAINTS) --no-deps --force-reinstall --editable .; fi

gui: $(VENV)/.gui $(MESSAGES).mo
	@$(BIN)/python tools/system_packages.py --quiet window
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/bayesdesk-gui

# Tunes an example: make demo EXAMPLE=epochs stops trials early.
demo: $(VENV)/.demo $(MESSAGES).mo
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python tools/demo.py --runner $(RUNNER) --example $(EXAMPLE)

test: $(VENV)/.test $(OFFICIAL)
	@$(BIN)/python tools/system_packages.py --quiet
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n 4 --dist loadgroup --durations 20

# Compiles the modules of the program and of the tests, which the workers of pytest would all do at the same time.
test-modules: $(VENV)/.test
	@mkdir -p build
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest --collect-only -qq > build/test-modules.txt || { cat build/test-modules.txt; exit 1; }

# Tests of files, archives and processes with the system's Python, whose standard library may be older.
SYSTEM_PYTHON ?= /usr/bin/python3
test-files: setup-test-files
	@PATH="$(CURDIR)/build/system/bin:$$PATH" build/system/bin/python -m pytest -n 2 --dist loadgroup -m "not docker" \
		tests/hostile/test_links.py tests/hostile/test_backup_*.py tests/hostile/test_trial_folders.py \
		tests/hostile/test_archives.py tests/store/test_backup.py tests/store/test_recovery.py tests/trials/test_snapshot.py tests/trials/test_process_runner.py tests/cluster/test_parcels.py

setup-test-files:
	@$(MAKE) --no-print-directory VENV=build/system PYTHON=$(SYSTEM_PYTHON) build/system/.files

build/system/.files: pyproject.toml $(CONSTRAINTS)
	$(make_venv)
	$(PIP) --constraint $(CONSTRAINTS) --editable . hypothesis pytest pytest-timeout pytest-xdist
	@touch $@

# Leases of a real GPU, on a machine that has one.
test-gpu: $(VENV)/.test
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest tests/gpu

# Property tests with examples that no earlier run has tried.
properties: $(VENV)/.test $(OFFICIAL)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n 2 -m hypothesis --hypothesis-profile=new_examples

# Attacks: hostile files, other accounts, hostile trials.
hostile: $(VENV)/.test $(OFFICIAL)
	@$(BIN)/python tools/system_packages.py --quiet
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n 3 --dist loadgroup tests/hostile

# Real jobs with injected faults: make faults RUNS=200 SEED=0. A failing seed can be replayed.
RUNS ?= 42
SEED ?= 0
faults: $(VENV)/.test
	@$(BIN)/python tools/system_packages.py --quiet
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.faults --runs $(RUNS) --seed $(SEED)

# The same on Ray clusters with three nodes: make faults-ray RUNS=50 SEED=0.
faults-ray: $(VENV)/.test
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.faults --ray --at-once 1 --runs $(RUNS) --seed $(SEED)

# Malformed and hostile files, requests and commands: make fuzz SECONDS=3600 SEED=0.
SECONDS ?= 300
fuzz: $(VENV)/.test
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.hostile --seconds $(SECONDS) --seed $(SEED)

# Compares our import of W&B and NNI search spaces and our HiPlot export with these packages, in a separate environment.
EXCHANGE := build/exchange/.done
$(EXCHANGE): packaging/exchange.txt
	@rm -rf build/exchange && python3 -m venv build/exchange
	build/exchange/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

test-exchange: $(VENV)/.test $(EXCHANGE)
	PATH="$(CURDIR)/$(BIN):$$PATH" BAYESDESK_EXCHANGE_PYTHON=$(CURDIR)/build/exchange/bin/python \
		$(BIN)/python -m pytest tests/exchange/real_packages.py

# Known vulnerabilities of the pinned versions, from PyPI; needs the network.
audit:
	python3 -m venv build/audit
	build/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	build/audit/bin/pip-audit --requirement $(CONSTRAINTS) --no-deps --disable-pip

check: check-types check-rest

check-types: $(VENV)/.test
	$(BIN)/mypy

check-rest: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python tools/check_files.py
	$(BIN)/python tools/translations.py check

bench: $(VENV)/.test
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.bench

# Compares the search with other optimisers; about twenty minutes on two cores.
bench-search: $(VENV)/.test
	$(PIP) --constraint $(CONSTRAINTS) --editable '.[peers]'
	$(BIN)/python -m tests.bench_search

screenshots: $(VENV)/.test $(MESSAGES).mo
	@$(BIN)/python tools/system_packages.py --quiet
	xvfb-run -a -s "-screen 0 2000x1200x24" $(BIN)/python tools/screenshots.py

translations: $(VENV)/.test
	$(BIN)/python tools/translations.py update
	$(BIN)/python tools/translations.py compile

# An environment that contains only what is shipped; the packaging tools are in a separate folder.
SHIPPED := build/shipped
PACK := build/pack
$(SHIPPED)/.done: pyproject.toml $(CONSTRAINTS) | $(VENV)/.run
	@test -x $(SHIPPED)/bin/python || $(PYTHON) -m venv --without-pip $(SHIPPED)
	$(BIN)/python -m pip --python $(SHIPPED) install --quiet --disable-pip-version-check \
		--constraint $(CONSTRAINTS) '.[gui]'
	@touch $@

$(PACK)/.done: packaging/pack.txt | $(VENV)/.run
	@rm -rf $(PACK)
	$(PIP) --no-warn-conflicts --target $(PACK) --requirement $<
	@touch $@

shipped: $(SHIPPED)/.done $(PACK)/.done
	@$(BIN)/python -m pip --python $(SHIPPED) install --quiet --disable-pip-version-check \
		--no-deps --force-reinstall .

# Wheel and source archive in dist/; the wheel is tested in a new environment.
dist: $(PACK)/.done
	@rm -f dist/*.whl dist/bayesdesk-*.tar.gz
	PYTHONPATH=$(PACK) $(BIN)/python -m build --quiet --outdir dist .
	$(BIN)/python packaging/test_wheel.py

# The folder that all packages contain: build/bundle/bayesdesk.
bundle: shipped
	@$(BIN)/python tools/system_packages.py --quiet packages
	PYTHONPATH=$(PACK) $(SHIPPED)/bin/python packaging/bundle/build.py

# dist/bayesdesk_*.deb and a portable tar.gz.
deb: bundle
	$(BIN)/python packaging/linux/make_deb.py

# Installs the .deb into a minimal Debian and tests it there; needs root.
test-deb: | $(VENV)/.run
	@$(BIN)/python tools/system_packages.py --quiet packages
	$(BIN)/python packaging/linux/test_deb.py

# Software bill of materials in CycloneDX format: dist/bayesdesk.cdx.json.
sbom: shipped
	$(BIN)/python packaging/sbom.py $(PACK) $(SHIPPED) dist/bayesdesk.cdx.json

# The manual as a website in build/site; fails at a dead link.
DOCS := build/docs
$(DOCS)/.done: packaging/docs.txt | $(VENV)/.run
	@rm -rf $(DOCS)
	$(PIP) --no-warn-conflicts --target $(DOCS) --requirement $<
	@touch $@

docs: $(DOCS)/.done
	PYTHONPATH=$(DOCS) NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict
	@echo "build/site/index.html"

clean:
	rm -rf $(VENV) build dist
