# Everything a person runs. REPLAY, REPLAY_SPEED, SEED, PORT, SYMBOLS, MONGO_URL ... are passed on.
.DEFAULT_GOAL := help
.PHONY: help run live screenshots doctor export scan import backup restore password token test lint bench soak soak-seed fault-results reset install install-develop

PY := .venv/bin/python
OLDEST := (3, 11)

# The first Python that is new enough makes the virtual environment; PYTHON=/a/path names one.
define set_up
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < $(OLDEST))' 2>/dev/null; then \
	    exec $$python -m workers.local.install $(1); \
	  fi; \
	done; \
	echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv, or PYTHON=/path/to/it" >&2; exit 1
endef

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | awk -F '\t' '{printf "make %-13s %s\n", $$1, $$2}'
	@echo 'REPLAY="file ..." make run   replays captured trades instead (REPLAY_SPEED=60 for a faster one)'

run: install ## the whole product on this machine, fed by a simulated market, at http://127.0.0.1:5000
	@exec $(PY) -m workers.local.launch

live: install ## the same, fed by Binance itself
	@exec $(PY) -m workers.local.launch --live

doctor: install ## what the product needs, and what is wrong with it (LIVE=1)
	@$(PY) -m workers.local.attach $(if $(LIVE),--live) workers.cli doctor $(OPTIONS)

export: install ## WHAT="bars BTCUSDT": stored bars or trades into a file (OPTIONS="--tf 1m --to FILE", LIVE=1)
	@$(PY) -m workers.local.attach $(if $(LIVE),--live) workers.cli export $(WHAT) $(OPTIONS)

scan: install ## every pair of the watch-list, tested for cointegration (OPTIONS="--tf 5m --top 10", LIVE=1)
	@$(PY) -m workers.local.attach $(if $(LIVE),--live) workers.cli scan $(OPTIONS)

import: install ## FILES="...": trades and klines from files, also while it runs (LIVE=1, OPTIONS="--symbol ...")
	@$(PY) -m workers.local.attach $(if $(LIVE),--live) workers.imports $(FILES) $(OPTIONS)

backup: install ## the database into one file, also while it runs (FILE=..., LIVE=1)
	@$(PY) -m workers.local.attach $(if $(LIVE),--live) workers.backup save $(FILE)

restore: install ## FILE=...: a backup into the database (REPLACE=1 removes what it holds, LIVE=1)
	@$(PY) -m workers.local.attach $(if $(LIVE),--live) workers.backup restore $(FILE) $(if $(REPLACE),--replace)

password: install ## sets the password of the pages; from then on they ask for it
	@LOCAL_DIR="$(or $(LOCAL_DIR),.local)" $(PY) -m workers.access password

token: install ## NAME=...: a token for a program (OPTIONS="--read-only --days 30"); LIST=1 names all, REVOKE=1 closes it
	@$(PY) -m workers.local.attach $(if $(LIVE),--live) workers.access $(if $(LIST),list,$(if $(REVOKE),revoke,add) "$(NAME)" $(OPTIONS))

# Most tests wait for servers: several run at a time, a file of them in one process, and what they store lies in
# memory where there is room for it. Faults strike disks, in a process of their own that the others stand back
# for. What measures delays of browsers runs last, alone.
MEMORY = $(shell [ "$$(df -Pm /dev/shm 2>/dev/null | awk 'NR == 2 { print $$4 }')" -ge 8000 ] 2>/dev/null && echo /dev/shm)
IN_MEMORY = env $(if $(MEMORY),PYTEST_DEBUG_TEMPROOT=$(MEMORY))
LANES = $(IN_MEMORY) $(PY) -m pytest -q --dist loadfile -n
test: install-develop ## every test: unit, integration, fault, browser
	@$(PY) -m workers.local.browser
	@$(PY) -m workers.local.nginx
	@mkdir -p .local; log=.local/test-fault.log; failed=; \
	echo "=== fault has begun; what it says comes when it has ended"; \
	$(PY) -m pytest -q -m "not alone" tests/fault > $$log 2>&1 & fault=$$!; trap "kill $$fault 2>/dev/null" EXIT; trap "exit 130" INT TERM; \
	run() { echo "=== $$1"; group=$$1; shift; "$$@" || failed="$$failed $$group"; }; \
	ended() { wait $$fault; result=$$?; cat $$log; return $$result; }; \
	run "unit and integration" nice -n 19 $(LANES) 2 tests/unit analytics workers tests/integration; \
	run fault ended; \
	run browser $(LANES) 2 -m "not alone" tests/browser; \
	run alone $(PY) -m pytest -q -m alone tests/fault tests/browser; \
	if [ -n "$$failed" ]; then echo "FAILED:$$failed" >&2; exit 1; fi; \
	echo "All groups passed: unit, integration, fault, browser"

lint: install-develop ## style and types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

bench: install-develop ## speed and size, as tables
	@for file in tests/benchmarks/[!_]*.py; do \
	  name=$$(basename $$file .py); echo "=== $$name"; $(PY) -m tests.benchmarks.$$name || exit 1; \
	done

screenshots: install-develop ## a picture of each page into docs/screenshots
	@$(PY) -m pytest -q tests/browser/test_sound_pages.py --screenshots docs/screenshots

soak: install-develop ## what takes long, in full length; run again it goes on where it ended
	@$(PY) -m pytest -q -n 2 --dist loadfile --full -m "soak and not alone" --results docs/fault-results.md tests; \
	first=$$?; $(PY) -m pytest -q --full -m "soak and alone" --results docs/fault-results.md tests && exit $$first

soak-seed: install-develop ## one seed of the seeded soak again: make soak-seed SEED=17
	@$(PY) -m pytest -q -s --soak-seeds $(SEED) tests/fault/test_soak.py

FAULTS = tests/fault tests/integration/access tests/integration/web/test_fuzz.py \
  tests/integration/web/test_injection.py tests/browser/test_stored_markup.py
fault-results: install-develop ## the fault tests of `make test`, and docs/fault-results.md with what they measured
	@$(PY) -m pytest -q --results docs/fault-results.md $(FAULTS)

reset: ## removes the data the demo has stored (asks first)
	@if [ -d .venv ]; then $(PY) -m workers.local.reset; else echo "Nothing is installed, so nothing is stored."; fi

install: ## Python and front-end packages, what a run needs
	$(call set_up,run)

install-develop: ## the same, and what the tests need
	$(call set_up,develop)
