# SPDX-License-Identifier: GPL-2.0
# The emulated machines: demo, tests, shell. Variables: see rig.sh.

RIG := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))

ifdef ARCH
export ARCH
endif
ifdef KSRC
export KSRC
endif

export FUZZ_INPUTS FUZZ_SECONDS FUZZ_SEED ORACLE_DROPS ORACLE_KERNEL

.PHONY: demo rig-test rig-selftest rig-cost shell fuzz coverage rig-clean
.PHONY: oracle oracle-mutants bench rig-qtest rig-qtest-stock
demo: ## boot the emulated machines and show nested translation at work
	@$(RIG)/rig.sh demo

rig-test: ## the kselftests and KUnit suites in the emulated machines (KTAP)
	@$(RIG)/rig.sh test

rig-qtest: ## test the emulated IOMMUs and the test device without a guest (KTAP)
	@$(RIG)/qtest.sh

rig-qtest-stock: ## prove that these tests fail on a QEMU without the model (KTAP)
	@$(RIG)/qtest.sh stock

rig-selftest: ## prove that the rig notices failures (TAP)
	@$(RIG)/rig.sh selftest

fuzz: ## the fuzzer for long: 10 million inputs, or FUZZ_INPUTS, FUZZ_SECONDS, FUZZ_SEED
	@$(RIG)/rig.sh fuzz

coverage: ## lines and branches of the checks that the tests reach
	@$(RIG)/rig.sh coverage

rig-cost: ## guest instructions that each operation takes
	@$(RIG)/rig.sh cost

oracle: ## upstream's own VT-d nesting (iommufd) on the emulated unit (KTAP)
	@$(RIG)/rig.sh oracle

oracle-mutants: ## let the unit ignore one kind of descriptor after the other (KTAP)
	@$(RIG)/rig.sh oracle-mutants

bench: ## guest instructions and descriptors of each call, ours and iommufd's (KTAP)
	@$(RIG)/rig.sh bench

shell: ## boot the emulated machine to a prompt with the tests in it
	@$(RIG)/rig.sh shell

rig-clean: ## remove the rig's builds in this checkout; the cache stays
	rm -rf build/arm64 build/arm64-ksrc build/guest-arm64 build/rig
	rm -rf build/arm64-plain build/arm64-plain-ksrc
	rm -rf build/x86_64 build/x86_64-ksrc build/guest-x86_64
	rm -rf build/x86_64-plain build/x86_64-plain-ksrc
	rm -rf build/x86_64-gcov build/x86_64-gcov-ksrc build/x86_64-oracle
