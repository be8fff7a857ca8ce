# Two commands do everything on a machine with Python >= 3.11, make and git: `make table2` and `make test`.

PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
CORES ?= $(shell $(PYTHON) -c "import os; print(os.cpu_count())")

.PHONY: setup table2 cfb video divafn websup all test test-all test-slurm lint clean

setup: .venv/ready

# uv installs the pinned requirements (hashes checked, full torch with torchvision) in about a minute. Compiled to
# bytecode here, as each of the many jobs would compile torch anew where PYTHONDONTWRITEBYTECODE is set. The package
# itself is linked, for the command `i2v`. After a change of pyproject.toml, pins that still fit are kept by
# `uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --extra dev -o requirements.txt pyproject.toml`.
.venv/ready: requirements.txt requirements-setup.txt pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python >= 3.11 wanted, found ' + sys.version)"
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-setup.txt
	$(BIN)/uv pip sync --quiet --require-hashes --compile-bytecode --python $(BIN)/python requirements.txt
	$(BIN)/uv pip install --quiet --offline --no-deps --no-build-isolation --python $(BIN)/python --editable .
	touch $@

# The main job: CycDA's Table 2 on the embedded mini world.
table2: setup
	snakemake --cores $(CORES) results/tables/table2.csv
	@cat results/tables/table2.md

# The tables and figures of the flow-memory-bank system.
cfb: setup
	snakemake --cores $(CORES) cfb
	@cat results/tables/cfb/table*.md

# The tables on video sources: CycDA's Table 1 and STCDA's six.
video: setup
	snakemake --cores $(CORES) video
	@cat results/tables/table1.md results/tables/stcda/table*.md

# The tables and figures of DIVAFN, and of shallow adaptation.
divafn: setup
	snakemake --cores $(CORES) divafn
	@cat results/tables/divafn/table?.md results/tables/divafn/table1?.md results/tables/divafn/run_time.md

# The tables and figures of web supervision.
websup: setup
	snakemake --cores $(CORES) websup
	@cat results/tables/websup/table?.md results/tables/websup/text.md results/tables/websup/attention-*.csv

# All tables, all figures and the contact sheet.
all: setup
	snakemake --cores $(CORES)

test: setup
	python -m pytest -m "not slow" -n auto --dist loadscope --no-loadscope-reorder

test-all: setup
	python -m pytest -n auto --dist loadscope --no-loadscope-reorder

# Jobs through a real Slurm of one node, started for the test and ended by it; logs/test_slurm.log says what ran. Debian's
# packages are installed where Slurm is missing, so as root there.
test-slurm: setup
	command -v slurmctld || apt-get install --yes --no-install-recommends slurmctld slurmd slurm-client munge
	python -m pytest tests/workflow/test_slurm.py

lint: setup
	ruff check .
	ruff format --check .
	snakefmt --check Snakefile workflow
	snakemake --lint

clean:
	rm -rf data/raw/mini data/derived results logs .snakemake
