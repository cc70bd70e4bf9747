# What people run. Every target may be run again at any time; each says what it installs.
#
#   make demo              a labelled attack capture, replayed with the shipped rules
#   make test              formatting, lints, every test, the comparison with tshark, sigma check, PyMISP, OCSF (.ci/run)
#   make test-nic          capture through DPDK in an emulated machine: e1000e, virtio-net, vmxnet3
#   make deny              licences, sources and bans through cargo-deny (built on first use)
#   make bench             criterion benches, and docs/performance.md: against tshark, libpcap, testpmd and tcpdump; an hour
#   make pgo               a binary built by the profile of a replay, a fifth faster
#   make soak [MESSAGES=n] [SOAK_SECONDS=n] [SOAK_RATE=n] a long synthetic capture through the whole engine, memory bounded
#   make false-alarms      alarms about benign traffic, by cause: at most five in two million messages
#   make robustness        recall and false alarms with packets lost, one direction missing, frames doubled
#   make fuzz [SECONDS=n]  every fuzz target for n seconds
#   make mutate [MUTATIONS=n] n damaged copies of each capture, and of ../shared's, through reader and engine
#   make deb [DEB_FEATURES=dpdk] the Debian package of what `make pgo` builds, target/picket_VERSION_ARCH.deb
#   make docs              docs/ and schema/ from the binary
#   make fmt, make clean

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
PICKET := $(TARGET)/release/picket
# Built by the profile of a replay.
PACKAGED := $(TARGET)/pgo/release/picket
MESSAGES ?= 2000000
BENCH_MESSAGES ?= 2000000
BENCH_CAPTURE = $(TARGET)/bench/synth-$(BENCH_MESSAGES)
SECONDS ?= 60
MUTATIONS ?= 1000
SOAK_SECONDS ?= 1200
SOAK_RATE ?= 2000
DEB_FEATURES ?=
# Namespaces and packages of the system are root's.
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo)
NEED := scripts/need.sh
# Linking and the bundled C libraries (SQLite, zstd, librdkafka) need a compiler, librdkafka also
# OpenSSL and zlib, live capture libpcap; the rest is Rust.
BUILD_PACKAGES := build-essential libpcap-dev libssl-dev pkg-config zlib1g-dev
# Feature `dpdk` needs Debian's DPDK, which brings its drivers along. What `make test` tries has it;
# `make release` leaves it out, as `cargo build` does, unless FEATURES=dpdk is given.
DPDK_PACKAGES := libdpdk-dev
FEATURES ?=
# Tests on interfaces lay cables between network namespaces.
# Delivery is tried on a real Apache Kafka, which Maven fetches into target/kafka, and read with kcat.
TEST_PACKAGES := iproute2 default-jdk-headless kcat maven openssl

.PHONY: test-nic misp ocsf pgo deb false-alarms instructions robustness help demo test lint unit oracle sigma deny bench soak fuzz docs fmt clean build-packages release mutate

help:
	@sed -n 's/^#   //p' Makefile

build-packages:
	@$(NEED) $(BUILD_PACKAGES)
	@command -v $(CARGO) >/dev/null || { echo "error: no $(CARGO); install Rust from https://rustup.rs" >&2; exit 1; }

release: build-packages
	@[ -z "$(filter dpdk,$(FEATURES))" ] || $(NEED) $(DPDK_PACKAGES)
	$(CARGO) build --release --locked $(addprefix --features ,$(FEATURES))

demo: release
	@mkdir -p demo
	@echo "== writing demo/attack.pcap, the configuration that goes with it, and the truth"
	$(PICKET) synth demo/attack.pcap --truth demo/truth.jsonl --config demo/picket.toml --messages 20000 --seed 1
	@echo "== replaying it with the shipped rules"
	$(PICKET) replay demo/attack.pcap -c demo/picket.toml
	@echo "== what really happened in it: demo/truth.jsonl"

test: lint unit oracle sigma misp ocsf instructions
	@echo "== all tests passed"

lint: build-packages
	@for part in rustfmt clippy; do \
	    $(CARGO) $${part/rustfmt/fmt} --version >/dev/null 2>&1 || { echo "installing with rustup: $$part"; rustup component add $$part; }; \
	done
	$(CARGO) fmt --all --check
	@$(NEED) $(DPDK_PACKAGES)
	$(CARGO) clippy --workspace --all-targets --locked --features dpdk -- -D warnings

unit: build-packages
	@$(NEED) python3 tshark $(TEST_PACKAGES) $(DPDK_PACKAGES)
	$(CARGO) test --workspace --locked --features dpdk
	$(CARGO) test --locked --test dpdk

# Two readings of the same octets. The stored one needs ../shared; the live one needs nothing.
oracle: build-packages
	@$(NEED) python3 tshark
	python3 scripts/test_compare.py
	$(CARGO) build --locked
	python3 scripts/compare_tshark.py --picket $(TARGET)/debug/picket
	$(TARGET)/debug/picket synth $(TARGET)/oracle.pcap --messages 2000 --seed 1
	python3 scripts/compare_tshark.py --picket $(TARGET)/debug/picket --live $(TARGET)/oracle.pcap

# The shipped rules through sigma-cli, from a Python environment under target/.
sigma:
	@$(NEED) python3
	scripts/sigma_check.sh

# Exported alerts through PyMISP, from a Python environment under target/.
misp: build-packages
	@$(NEED) python3
	$(CARGO) build --locked
	scripts/misp_check.sh $(TARGET)/debug/picket

# Alerts as OCSF through the pydantic models of the schema, from a Python environment under target/.
ocsf: build-packages
	@$(NEED) python3
	$(CARGO) build --locked
	scripts/ocsf_check.sh $(TARGET)/debug/picket

# Outside `test`: building cargo-deny takes four minutes on two cores. tests/tidy.rs checks the
# licences and sources of every locked package each time all the same.
deny: build-packages
	@command -v cargo-deny >/dev/null || { echo "installing with cargo: cargo-deny"; $(CARGO) install --locked cargo-deny; }
	$(CARGO) deny --locked --all-features check bans licenses sources

# Built twice: what the first build saw in a synthetic capture tells the compiler what is hot.
pgo: build-packages
	@[ -z "$(filter dpdk,$(FEATURES))" ] || $(NEED) $(DPDK_PACKAGES)
	@rustup component list --installed | grep -q llvm-tools || { echo "installing with rustup: llvm-tools"; rustup component add llvm-tools; }
	rm -rf $(TARGET)/pgo/raw
	RUSTFLAGS="-Cprofile-generate=$(abspath $(TARGET))/pgo/raw" $(CARGO) build --release --locked --target-dir $(TARGET)/pgo/first $(addprefix --features ,$(FEATURES))
	$(TARGET)/pgo/first/release/picket synth $(TARGET)/pgo/seen.pcap --messages 200000 --seed 9 --config $(TARGET)/pgo/seen.toml
	$(TARGET)/pgo/first/release/picket replay $(TARGET)/pgo/seen.pcap -c $(TARGET)/pgo/seen.toml --quiet >/dev/null
	$$(rustc --print sysroot)/lib/rustlib/$(FUZZ_HOST)/bin/llvm-profdata merge -o $(TARGET)/pgo/seen.profdata $(TARGET)/pgo/raw
	RUSTFLAGS="-Cprofile-use=$(abspath $(TARGET))/pgo/seen.profdata" $(CARGO) build --release --locked --target-dir $(TARGET)/pgo $(addprefix --features ,$(FEATURES))
	@echo "== $(PACKAGED)"

# What the package has is measured, with DPDK. Counts of instructions are those of the plain build, which `make test` holds.
bench: FEATURES := dpdk
bench: release pgo
	@$(NEED) python3 tshark valgrind tcpdump tcpreplay dpdk-dev $(TEST_PACKAGES)
	$(CARGO) bench --workspace --locked --features dpdk
	$(CARGO) build --release --locked --features dpdk --example crowd
	python3 scripts/instructions.py $(PICKET) --json $(TARGET)/stages.json
	python3 scripts/latency.py $(PACKAGED) $(TARGET) --json $(TARGET)/latency.json
	@mkdir -p $(TARGET)/bench
	test -e $(BENCH_CAPTURE).toml || $(PICKET) synth $(BENCH_CAPTURE).pcap --messages $(BENCH_MESSAGES) --seed 1 \
	    --config $(BENCH_CAPTURE).toml
	$(AS_ROOT) python3 scripts/capture_bench.py $(PACKAGED) $(BENCH_CAPTURE).pcap $(BENCH_CAPTURE).toml $(TARGET)/bench \
	    --json $(TARGET)/wire.json
	python3 scripts/bench.py $(PACKAGED) $(TARGET)/release/examples/crowd $(TARGET)/bench --plain $(PICKET) \
	    --stages $(TARGET)/stages.json --latency $(TARGET)/latency.json \
	    --wire $(TARGET)/wire.json --messages $(BENCH_MESSAGES)
	scripts/lane.sh

# Instructions do not depend on how busy the machine is: a stage that got slower shows.
instructions: release
	@$(NEED) python3 valgrind
	python3 scripts/instructions.py $(PICKET)

false-alarms: release
	@$(NEED) python3
	python3 scripts/false_alarms.py $(PICKET) --messages $(MESSAGES) --dir $(TARGET)/false-alarms

robustness: release
	@$(NEED) python3
	python3 scripts/robustness.py $(PICKET) --dir $(TARGET)/robustness

soak: release
	@$(NEED) python3
	$(PICKET) synth $(TARGET)/soak.pcap --messages $(MESSAGES) --seed 7 --config $(TARGET)/soak.toml
	python3 scripts/soak.py $(PICKET) $(TARGET)/soak.pcap $(TARGET)/soak.toml
	@$(NEED) $(TEST_PACKAGES)
	PICKET_TEST_FLOOD=10000000 $(CARGO) test --release --locked --test flood -- --nocapture
	PICKET_TEST_OUTAGE_SECONDS=600 PICKET_TEST_KILLS=50 $(CARGO) test --locked --test kafka -- --nocapture
	$(PICKET) synth $(TARGET)/soak_live.pcap --messages 50000 --seed 7 --config $(TARGET)/soak_live.toml
	$(AS_ROOT) python3 scripts/soak_live.py $(PICKET) $(TARGET)/soak_live.pcap $(TARGET)/soak_live.toml \
	    --seconds $(SOAK_SECONDS) --rate $(SOAK_RATE)

# Stable Rust with LLVM's coverage flags: no nightly toolchain, no cargo-fuzz.
FUZZ_HOST = $(shell rustc -vV | sed -n 's/^host: //p')
FUZZ_FLAGS := --cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Ccodegen-units=1

fuzz: build-packages
	cd fuzz && RUSTFLAGS="$(FUZZ_FLAGS)" CARGO_TARGET_DIR=target \
	    $(CARGO) build --release --target $(FUZZ_HOST)
	$(CARGO) run --locked --quiet --example fuzz_seeds fuzz/target/seeds
	@mkdir -p fuzz/artifacts
	@for source in fuzz/targets/*.rs; do \
	    name=$$(basename $$source .rs); \
	    mkdir -p fuzz/target/corpus/$$name; \
	    echo "== $$name for $(SECONDS) s"; \
	    fuzz/target/$(FUZZ_HOST)/release/$$name fuzz/target/corpus/$$name fuzz/target/seeds/$$name \
	        -max_total_time=$(SECONDS) -max_len=8192 -timeout=10 -rss_limit_mb=2048 \
	        -artifact_prefix=fuzz/artifacts/$$name- -print_final_stats=1; \
	done

# Adapters without adapters: a guest under QEMU, pure emulation, with three models behind an IOMMU.
test-nic: build-packages
	@$(NEED) $(DPDK_PACKAGES) qemu-system-x86 iproute2 python3 apt
	$(CARGO) build --locked --features dpdk
	python3 scripts/nic/run.py $(TARGET)/debug/picket $(TARGET)/nic

# Address space is bounded too: a length that is believed ends it.
mutate: release
	$(CARGO) build --release --locked --example mutate
	@mkdir -p $(TARGET)/mutate
	$(PICKET) synth $(TARGET)/mutate/background.pcap --messages 2000 --seed 1
	$(PICKET) synth $(TARGET)/mutate/attacks.pcap --messages 200 --seed 2 \
	    --scenario psi_segmented --scenario psi_sctp_fragments --scenario psi_mixed_spelling
	ulimit -v 6291456; $(TARGET)/release/examples/mutate -n $(MUTATIONS) -p $(PICKET) $(TARGET)/mutate \
	    $(wildcard ../shared/corpus/captures)

deb: FEATURES = $(DEB_FEATURES)
deb: pgo
	scripts/deb.sh $(PACKAGED) $(TARGET)/picket_$$($(PACKAGED) --version | cut -d ' ' -f 2)_$$(dpkg --print-architecture).deb

docs: release
	@mkdir -p docs schema
	$(PICKET) fields --markdown > docs/fields.md
	$(PICKET) notes --markdown > docs/notes.md
	$(PICKET) fields --coverage > docs/coverage.md
	scripts/more_docs.sh $(PICKET)
	for name in alert event config; do $(PICKET) schema $$name > schema/$$name.schema.json; done

fmt:
	$(CARGO) fmt --all

clean:
	$(CARGO) clean
	rm -rf demo
