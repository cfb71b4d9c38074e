# SPDX-License-Identifier: GPL-2.0
# The static gates and the whole test.

GATES := LC_ALL=C PYTHONPATH=scripts PYTHONDONTWRITEBYTECODE=1 python3 -m gates

.PHONY: verify gates test
verify: ## the static gates (TAP), all anew; GATE=name for one, GATE=-h lists them
	@scripts/deps series gates kernel
	@$(GATES) --fresh $(GATE)

gates: ## the static gates (TAP), those whose inputs changed; GATE=name for one
	@scripts/deps series gates kernel
	@$(GATES) $(GATE)

test: ## everything: gates, tests of the scripts, tests on the emulated machine
	@scripts/run-tests
