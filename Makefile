# SPDX-License-Identifier: GPL-2.0
# Entry points of the project; `make help` lists them.

include scripts/series.mk
-include scripts/gates.mk
-include scripts/docs.mk
-include tools/testing/selftests/iommu/qemu/rig.mk

.DEFAULT_GOAL := help

.PHONY: help clean
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | sort | expand -t 16

clean: ## remove build/, unless build/tree has work of yours; the cache stays
	@$(NSERIES) disposable
	rm -rf build
