# The front door for people; CMake does the work (CMakePresets.json, CONTRIBUTING.md). Each target installs what it needs.

.DEFAULT_GOAL := help
.PHONY: help demo test build install bench kernels format lint clean setup-build setup-test setup-lint setup-peers

JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
BENCH ?=
ONLY ?=
BUILD := build/release
# Debian's own tools first, whatever version managers put in front of them.
export PATH := /usr/bin:/bin:$(PATH)

help:  ## say what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build  ## made-up traffic, from start to report
	$(BUILD)/bin/netstray demo --out build/demo

test: build setup-test  ## all tests, release build; those of scikit-learn and real data where at hand
	@if [ -x tools/python-env ]; then tools/python-env || [ "$${CI:-}" != true ]; fi
	ctest --preset release -j $(JOBS)

build: setup-build  ## the program, at build/release/bin/netstray
	cmake --preset release --log-level=WARNING
	cmake --build --preset release -j $(JOBS)

install: build  ## program, man page and shell completions under PREFIX (/usr/local); DESTDIR is respected
	cmake --install $(BUILD) --prefix $(PREFIX)

bench: build setup-peers  ## how fast it is, against its peers (docs/performance.md); ONLY=forest for a part
	@tools/python-env peers >/dev/null || echo "some peers will be missing" >&2
	benchmarks/compare.py --only '$(ONLY)'

kernels: build  ## how fast its parts are, by themselves (benchmarks/README.md)
	@for program in $(BUILD)/bin/netstray_*_bench; do $$program $(BENCH) || exit 1; done

format: setup-lint  ## lay the C++ sources out as the house does
	git ls-files --cached --others --exclude-standard '*.h' '*.cpp' | xargs clang-format-19 -i

lint: build setup-lint  ## layout of the sources and clang-tidy; quick where nothing changed
	ctest --preset release -L style -j $(JOBS)
	tools/lint --build $(BUILD) --jobs $(JOBS) $(LINT)

clean:  ## remove everything that was built
	rm -rf build

setup-build setup-test setup-lint setup-peers: setup-%:
	@tools/setup $*
