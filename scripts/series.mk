# SPDX-License-Identifier: GPL-2.0
# The series as commits: tree, refresh, series.

NSERIES := PYTHONPATH=scripts PYTHONDONTWRITEBYTECODE=1 python3 -m nseries

.PHONY: tree refresh series
tree: ## a git work tree of the kernel in build/tree with the series as commits
	@scripts/deps series
	@$(NSERIES) tree

refresh: ## bring the commits of build/tree back into scripts/series and the overlay
	@$(NSERIES) refresh

series: ## the mails for git am (build/series.mbox) and their cover letter
	@scripts/deps series
	@$(NSERIES) series
