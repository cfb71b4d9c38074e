# SPDX-License-Identifier: GPL-2.0
# The documentation of the series.

.PHONY: docs
docs: ## build the documentation into build/docs/html and check it (TAP)
	@scripts/deps series docs
	@LC_ALL=C PYTHONPATH=scripts PYTHONDONTWRITEBYTECODE=1 python3 -m docs
