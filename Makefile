# `make demo` and `make test` work on a fresh machine with Rust and make; ci/setup installs the rest.

# Tools that ci/setup built, and a Rust that is installed but not on PATH.
export PATH := $(shell ci/setup --path):$(PATH)

REDISOPS := $(or $(CARGO_TARGET_DIR),target)/release/redisops

.DEFAULT_GOAL := help
.PHONY: help setup demo test bench bench-full bench-slots faults pictures golden fuzz fmt lint build

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what the tests need (root or sudo)
	@ci/setup

build: ## the release binary, target/release/redisops
	@ci/setup --compiler
	@cargo build --release --locked

demo: build ## render this repository's three overlays and show what is in them
	@ci/demo $(REDISOPS)

test: ## every check: format, lints, unit, integration, documentation, golden, conformance
	@ci/test

bench: ## compare with the reference: time and memory, in minutes
	@ci/setup
	@ci/bench

bench-full: ## the same with the largest tree, which takes the reference many minutes
	@ci/setup
	@ci/bench --full

bench-slots: ## compare slot moves with redis-cli and valkey-cli, under load: minutes, on an idle machine
	@ci/setup
	@ci/bench-slots

faults: ## kill, stop and cut in the middle of slot moves, in full, and write down what was checked
	@ci/setup
	@ci/faults

pictures: build ## draw the fixtures of slots and look at them with Chromium; screenshots in target/pictures
	@ci/picture-check $(REDISOPS)

golden: build ## render tests/fixtures/orders-redis again
	@ci/golden --update $(REDISOPS)

fuzz: ## run each fuzz target for FUZZ_SECONDS (600)
	@ci/setup
	@ci/fuzz

fmt: ## format the code
	@cargo fmt

lint: ## clippy with warnings as errors
	@cargo clippy --locked --all-targets -- -D warnings
