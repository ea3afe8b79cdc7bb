# make plan, make test, make lint … each sets up .venv by itself, once, from the locks.
# Another interpreter: make PYTHON=python3.12 install.  Another instance: make INSTANCE=path plan.

PYTHON   ?= $(or $(wildcard .venv/bin/python),python3)
INSTANCE ?= instances/england-2016
PLAN     ?= plans/$(notdir $(INSTANCE:/=))
UV       ?= uv
SIZE     ?= ten-minutes
# A process for each core: in each, threads of linear algebra would only wait for one another.
PYTEST   ?= OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder
ASKING   := tests/compare/test_agreement.py tests/compare/test_netlib.py tests/compare/test_pyomos.py \
            tests/compare/test_solvers.py tests/hedge/test_mpi_sppy.py \
            tests/importing/test_importing.py tests/report/test_chromium.py \
            tests/report/test_libreoffice.py tests/report/test_paper.py tests/test_export.py
DOCS     ?= $(BIN)/python docs/build.py

BIN     := .venv/bin
PIP     := $(BIN)/python -m pip --quiet --disable-pip-version-check
VERSION := $(shell "$(PYTHON)" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)

# One stamp per stage, touched last. The version is in the name, so another PYTHON remakes .venv.
VENV    := .venv/python-$(VERSION)
RUN     := .venv/installed-$(VERSION)
DEVELOP := .venv/installed-dev-$(VERSION)
PEERS   := .venv/installed-bench-$(VERSION)
ENGINE  := .venv/installed-mpi-sppy-$(VERSION)

# Code is compiled once, not anew in each of the hundreds of processes that the tests start; that of
# the libraries by every core, but for their own tests, where pip would compile all of it by one.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help plan install test test-all test-rest lint docs site release release-dry bench lock clean

help:
	@echo "make plan     solve $(INSTANCE) into $(PLAN) and print the summary"
	@echo "make install  only set up .venv and $(BIN)/allocator"
	@echo "make test     run the tests, but for those of the largest instances"
	@echo "make test-all run every test"
	@echo "make lint     ruff, mypy --strict, import contracts"
	@echo "make docs     rebuild the generated pages of docs/"
	@echo "make site     build the documentation into build/site"
	@echo "make release RELEASE=1.2.3   set the version, build, try the wheel, tag; publishes nothing"
	@echo "make bench    measure beside peers in ten minutes, into benchmarks/results.md; SIZE=whole for all"
	@echo "make lock     resolve the dependencies anew (needs uv)"
	@echo "make clean    remove everything that make has made, except plans/"

plan: $(RUN)
	$(BIN)/allocator solve "$(INSTANCE)" --out "$(PLAN)" --force

install: $(RUN)

test: $(DEVELOP)
	$(PYTEST)

test-all: $(DEVELOP)
	$(PYTEST) -m ""

# What `make test` leaves: the tests that ask for a program, and the largest; for .ci/run.
test-rest: $(DEVELOP) $(ENGINE)
	$(PYTEST) -m "" $(ASKING)
	$(PYTEST) -m large $(addprefix --ignore=,$(ASKING))

lint: $(DEVELOP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pip check

docs: $(DEVELOP)
	$(DOCS)

site: $(DEVELOP)
	$(BIN)/python -m sphinx --quiet --fail-on-warning --builder html docs build/site

release: $(DEVELOP)
	.ci/release "$(RELEASE)"

release-dry: $(DEVELOP)
	.ci/release --dry "$(RELEASE)"

bench: $(PEERS)
	$(BIN)/python -m benchmarks --size $(SIZE)

# The development lock first; the other then takes its versions, so that the two agree.
LOCK := $(UV) pip compile pyproject.toml --group build --universal --fork-strategy fewest \
	--generate-hashes --upgrade --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet

lock:
	@command -v "$(UV)" >/dev/null || { echo "make lock needs uv: $(PYTHON) -m pip install uv" >&2; exit 1; }
	$(LOCK) --extra dev --output-file requirements-dev.lock
	$(LOCK) --constraints requirements-dev.lock --extra report --extra stress --no-annotate --output-file requirements.lock
	$(LOCK) --constraints requirements-dev.lock --extra bench --output-file requirements-bench.lock
	$(LOCK) --constraints requirements-dev.lock --extra mpi-sppy --no-annotate --output-file requirements-mpi-sppy.lock

clean:
	rm -rf .venv build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV):
	@case "$(VERSION)" in \
	    3.11|3.12|3.13) ;; \
	    "") echo "allocator needs Python 3.11, 3.12 or 3.13, and '$(PYTHON)' does not run: try make PYTHON=python3.12" >&2; exit 1 ;; \
	    *) echo "allocator needs Python 3.11, 3.12 or 3.13, and '$(PYTHON)' is $(VERSION): try make PYTHON=python3.12" >&2; exit 1 ;; \
	esac
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "'$(PYTHON)' cannot make virtual environments: on Debian and Ubuntu, apt-get install python3-venv" >&2; exit 1; }
	"$(PYTHON)" -m venv --clear .venv
	@touch $@

$(RUN): $(VENV) requirements.lock pyproject.toml
	@echo "Installing into .venv: a minute the first time"
	PIP_COMPILE=no $(PIP) install --requirement requirements.lock
	@$(BIN)/python -m compileall -qq -j 0 -x '/tests?/' .venv/lib || true
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEVELOP): $(RUN) requirements-dev.lock
	$(PIP) install --requirement requirements-dev.lock
	@touch $@

$(PEERS): $(RUN) requirements-bench.lock
	$(PIP) install --requirement requirements-bench.lock
	@touch $@

$(ENGINE): $(RUN) requirements-mpi-sppy.lock
	$(PIP) install --requirement requirements-mpi-sppy.lock
	@touch $@
