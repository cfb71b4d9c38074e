# SPDX-License-Identifier: GPL-2.0
# The emulated machine: demo, tests, shell. Variables: see rig.sh.

RIG := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))

ifdef ARCH
export ARCH
endif
ifdef KSRC
export KSRC
endif

.PHONY: demo rig-test rig-selftest shell rig-clean
demo: ## boot the emulated machine and show nested translation at work
	@$(RIG)/rig.sh demo

rig-test: ## the kselftests and KUnit suites in the emulated machine (KTAP)
	@$(RIG)/rig.sh test

rig-selftest: ## prove that the rig notices failures (TAP)
	@$(RIG)/rig.sh selftest

shell: ## boot the emulated machine to a prompt with the tests in it
	@$(RIG)/rig.sh shell

rig-clean: ## remove the rig's builds in this checkout; the cache stays
	rm -rf build/arm64 build/arm64-ksrc build/guest-arm64 build/rig
