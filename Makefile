# `make` lists what there is.
.DEFAULT_GOAL := help
.PHONY: help run test check kill-rounds attack bench bench-quick screenshots lock

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

run:  ## set up what is missing, then serve; prints the address and a sign-in link
	@script/setup
	@NEXTCALL_HOME="$${NEXTCALL_HOME:-var}" .venv/bin/nextcall serve $(ARGS)

test:  ## everything: checks, the suite on SQLite and PostgreSQL, journeys in Chromium
	@script/test

check:  ## format, lint, types, floor plan, budgets
	@script/setup --dev
	@script/check

kill-rounds:  ## 200 rounds of kill -9 on both databases; long
	@script/setup --dev
	.venv/bin/python -m tests.engine.kill_rounds --rounds 200 --touches 1000
	.venv/bin/python -m tests.engine.kill_rounds --rounds 200 --touches 1000 --knows
	.venv/bin/python -m tests.engine.kill_rounds --rounds 200 --touches 1000 --postgresql
	.venv/bin/python -m tests.engine.kill_rounds --rounds 200 --touches 1000 --carrier
	.venv/bin/python -m tests.engine.kill_rounds --rounds 200 --touches 1000 --carrier --postgresql

attack:  ## two engines and three members at once, 300 rounds on both databases; long
	@script/setup --dev
	.venv/bin/python -m tests.engine.attack --rounds 300
	.venv/bin/python -m tests.engine.attack --rounds 300 --postgresql
	NEXTCALL_QUEUED=5000 .venv/bin/pytest -q tests/engine/test_stop_on_any_number.py

bench:  ## every figure we claim about speed, beside its floor; ~20 minutes
	@script/setup --dev
	.venv/bin/python -m bench $(ARGS)

bench-quick:  ## the same with small sizes; says how it works, not how fast
	@script/setup --dev
	.venv/bin/python -m bench --quick $(ARGS)

screenshots:  ## pictures of every page of the demo, phone and desktop, into screenshots/
	@script/setup --dev --browser
	.venv/bin/python -m bench.screenshots

lock:  ## write the lock files again after a change in pyproject.toml
	@script/lock
