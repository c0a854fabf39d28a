# SPDX-License-Identifier: GPL-3.0-or-later
# make deps | all | report | compare | kernels | check | lint | torture | fuzz | bench | install | clean;  V=1 shows commands, SAN=1 adds sanitizers,
# CC=clang changes the compiler. Everything that is built goes under build/.

CONFIG  ?= configs/default.json
PREFIX  ?= /usr/local
VERSION := 0.1.0

variant := $(if $(SAN),san)$(if $(findstring clang,$(CC)),clang)
BUILD   := build$(if $(variant),/$(variant))

CFLAGS  ?= -O2 -g
comma   := ,
FLAGS   := -std=gnu11 $(CFLAGS) -Wall -Wextra -Werror -D_GNU_SOURCE -I. \
           $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
METHOD_LIBS := -laio -luring -lxxhash -lm -lpthread
LIBS    := -lmount -ljansson -lgsl -lgslcblas -lxxhash -lm -lpthread
Q       := $(if $(V),,@)
say      = $(if $(V),,@printf '  %-4s %s\n' $(1) $(2))

sources := $(wildcard common/*.c runners/*.c analysis/*.c)
library := $(sources:%.c=$(BUILD)/%.o)

# methods/<task>/<method>.c is a method, methods/<task>.c what all methods of a task share,
# methods/harness/*.c the main() and the tools of all methods.
method_sources := $(wildcard methods/*/*.c)
method_sources := $(filter-out methods/harness/%,$(method_sources))
methods := $(method_sources:%.c=$(BUILD)/%)
harness := $(patsubst %.c,$(BUILD)/%.o,$(wildcard methods/harness/*.c)) \
           $(addprefix $(BUILD)/common/,axes.o content.o digest.o error.o machine_time.o nolink.o prefault.o tasks.o units.o wire.o)

# runners/prices/<name>.c is a price, runners/prices/harness/*.c the main() of all.
prices  := $(patsubst runners/%.c,$(BUILD)/%,$(wildcard runners/prices/*.c))
price_harness := $(patsubst %.c,$(BUILD)/%.o,$(wildcard runners/prices/harness/*.c)) \
           $(addprefix $(BUILD)/common/,content.o digest.o error.o machine_time.o prefault.o units.o wire.o)

unit_tests := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*.c))
# What tests run: programs that look into methods, and fakes (tests/fakes/<task>/ holds methods that cheat).
fake_methods  := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fakes/*/*.c))
fakes         := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fakes/*.c))
preloads      := $(patsubst %.c,$(BUILD)/%.so,$(wildcard tests/preload/*.c))
matrix        := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/matrix/*.c))
# tests/fuzz/<parser>.c is a fuzz target; make check runs it over its corpus, make fuzz searches.
fuzz_targets  := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/*.c))
test_programs := $(unit_tests) $(fakes) $(fake_methods) $(fuzz_targets) $(BUILD)/tests/matrix/matrix
bench      := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/bench/*.c))
objects    := $(library) $(harness) $(price_harness) $(prices:$(BUILD)/prices/%=$(BUILD)/runners/prices/%.o) $(bench) $(matrix) $(BUILD)/iotoll.o

.DEFAULT_GOAL := all
.PHONY: all deps report compare keep kernels check lint torture fuzz bench install clean tests
.SECONDARY:
.DELETE_ON_ERROR:

all: $(BUILD)/iotoll $(methods) $(prices)

run_packages  := gcc make libc6-dev libjansson-dev libgsl-dev libxxhash-dev libmount-dev liburing-dev libaio-dev gnuplot-nox hyperfine \
                 e2fsprogs xfsprogs btrfs-progs iproute2
test_packages := clang libclang-rt-14-dev libcmocka-dev strace jq mount util-linux util-linux-extra chromium fonts-dejavu-core fio \
                 iperf3 $(if $(shell command -v npm),,nodejs npm)
lint_packages := clang clang-tidy cppcheck shellcheck
kernel_packages := qemu-system-x86 busybox-static kmod xz-utils zstd
# What the goals named beside deps need: `make deps report` does not install a browser.
deps:
	apt-get update -q
	DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $(run_packages) \
	    $(if $(filter check torture fuzz bench,$(MAKECMDGOALS)),$(test_packages)) \
	    $(if $(filter check kernels,$(MAKECMDGOALS)),$(kernel_packages)) $(if $(filter lint,$(MAKECMDGOALS)),$(lint_packages) libcmocka-dev)
# Nothing is compiled before deps is through when both are asked for.
$(if $(filter deps,$(MAKECMDGOALS)),$(objects) $(methods:%=%.o) $(test_programs:%=%.o) $(preloads): | deps)

$(BUILD)/iotoll: $(BUILD)/iotoll.o $(library)
	$(call say,LD,$@)
	$(Q)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# A method is its own file, its task's and the harness.
define method_rule
$(BUILD)/methods/$(1)/%: $(BUILD)/methods/$(1)/%.o $(BUILD)/methods/$(1).o $(harness)
	$$(call say,LD,$$@)
	$(Q)$$(CC) $$(FLAGS) $$(LDFLAGS) -o $$@ $$^ $$(METHOD_LIBS)
endef
$(foreach task,$(sort $(patsubst methods/%/,%,$(dir $(method_sources)))),$(eval $(call method_rule,$(task))))

$(BUILD)/prices/%: $(BUILD)/runners/prices/%.o $(price_harness)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(METHOD_LIBS)

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(library)
	$(call say,LD,$@)
	$(Q)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

$(BUILD)/tests/unit/test_histogram: $(BUILD)/methods/harness/latency.o

$(BUILD)/tests/matrix/matrix: $(matrix) $(library)
	$(call say,LD,$@)
	$(Q)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

define fake_method_rule
$(BUILD)/tests/fakes/$(1)/%: $(BUILD)/tests/fakes/$(1)/%.o $(BUILD)/methods/$(1).o $(harness)
	$$(call say,LD,$$@)
	$(Q)$$(CC) $$(FLAGS) $$(LDFLAGS) -o $$@ $$^ $$(METHOD_LIBS)
endef
$(foreach task,$(sort $(patsubst $(BUILD)/tests/fakes/%/,%,$(dir $(fake_methods)))),$(eval $(call fake_method_rule,$(task))))

$(BUILD)/tests/fakes/%: $(BUILD)/tests/fakes/%.o
	$(call say,LD,$@)
	$(Q)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^

# Not sanitized: it is loaded into programs before their sanitizer is.
$(BUILD)/tests/preload/%.so: tests/preload/%.c Makefile
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -fsanitize%,$(FLAGS)) -fPIC -shared -o $@ $<

$(BUILD)/%.o: %.c Makefile
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(FLAGS) $(DEFINES) -MMD -MP -c -o $@ $<

$(BUILD)/analysis/shares.o: analysis/shares.txt # which it holds
# The guest's first program, which the command holds.
$(BUILD)/runners/kernels_script.o: runners/kernels_init.sh

# What the binaries were built with and from is part of every result.
commit := $(shell git describe --always --dirty --abbrev=12 2>/dev/null || echo unknown)
$(BUILD)/runners/environment.o: DEFINES = -DBUILD_VERSION='"$(VERSION)"' -DBUILD_COMMIT='"$(commit)"' \
    -DBUILD_FLAGS='"$(strip $(filter-out -I.,$(FLAGS)))"'

# Under sudo, what was made belongs to whoever typed it, who may want to type make again without.
give_back = $(Q)[ -z "$$SUDO_UID" ] || chown -Rh "$$SUDO_UID:$$SUDO_GID" build results

report: all
	$(Q)$(BUILD)/iotoll run $(CONFIG) >/dev/null || [ $$? -eq 1 ] # some points without a result: the report says which
	$(Q)$(BUILD)/iotoll report results/latest
	$(give_back)

# BASE is a run, NEW one or more: make compare BASE=results/a NEW="results/b results/c"
compare: all
	$(if $(and $(BASE),$(NEW)),,$(error make compare BASE=DIR NEW="DIR..."))
	$(Q)$(BUILD)/iotoll compare $(BASE) $(NEW)

# make kernels KERNELS="6.1 6.12" BOOTS=5: packaged kernels, booted in turn and compared; KERNEL_OPTIONS="--accel tcg" etc.
KERNELS ?= 6.1 6.12
BOOTS   ?= 5
kernels: all
	$(Q)runners/kernels_fetch.sh build/kernels $(KERNELS)
	$(Q)$(BUILD)/iotoll kernels $(CONFIG) --boots $(BOOTS) $(KERNEL_OPTIONS) \
	    $(foreach series,$(KERNELS),--kernel build/kernels/$(series)/vmlinuz:build/kernels/$(series)/modules)
	$(give_back)

# RUN as results/reference/NAME: its truth as it is, packed, and what a report says of it; tests compare the two.
keep: all
	$(if $(and $(RUN),$(NAME)),,$(error make keep RUN=results/latest NAME=seeds))
	$(Q)mkdir -p results/reference/$(NAME)
	$(Q)tar -C $(RUN) --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -c run.json trials.jsonl \
	    $(notdir $(wildcard $(RUN)/counts.jsonl $(RUN)/profiles.jsonl)) | gzip -9n >results/reference/$(NAME)/run.tar.gz
	$(Q)$(BUILD)/iotoll report --format text $(RUN) >results/reference/$(NAME)/report.txt
	$(Q)du -sh results/reference/$(NAME)

tests: all $(test_programs) $(preloads) build/tests/browser/fetched

# The browser's driver, by its lock file, once for all variants. Without npm or a network the tests that need it are skipped.
build/tests/browser/fetched: tests/browser/package.json tests/browser/package-lock.json $(if $(filter deps,$(MAKECMDGOALS)),| deps)
	$(call say,NPM,$(@D))
	$(Q)mkdir -p $(@D) && cp $(filter %.json,$^) $(@D)
	$(Q)cd $(@D) && if timeout 180 npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1; then touch fetched; \
	    else echo "  no browser tests: npm says: $$(tail -n 1 npm.log)"; fi

check: tests
	$(Q)runners/kernels_fetch.sh build/kernels 6.1 6.12 || echo "  no kernels to boot: their tests will be skipped"
	$(Q)BUILD=$(BUILD) tests/run

# What has passed is remembered under build/lint until it, or what it includes, changes. Minutes, the first time.
lint_sources := iotoll.c $(wildcard common/*.c runners/*.c runners/prices/*.c runners/prices/harness/*.c analysis/*.c \
                  methods/*.c methods/*/*.c tests/*/*.c tests/*/*/*.c)
lint_scripts := tests/run .ci/run $(wildcard runners/*.sh docs/*.sh tests/*.sh tests/*/*.sh tests/*/*.bash)
tidied       := $(lint_sources:%=build/lint/%.tidy)
lint_flags   := -std=gnu11 -D_GNU_SOURCE -I. -Wall -Wextra -DBUILD_VERSION='""' -DBUILD_COMMIT='""' -DBUILD_FLAGS='""'
lint: $(tidied) build/lint/cppcheck build/lint/shellcheck
$(if $(filter deps,$(MAKECMDGOALS)),$(tidied) build/lint/cppcheck build/lint/shellcheck: | deps)

build/lint/%.tidy: % .clang-tidy tests/.clang-tidy
	$(call say,TIDY,$<)
	$(Q)mkdir -p $(@D)
	$(Q)clang-tidy --quiet $< -- $(lint_flags) 2>$@.log || { cat $@.log; false; }
	$(Q)clang -MM -MP -MT $@ -MF $@.d $(lint_flags) $< && touch $@

# Not over tests, whose fakes and odd inputs it does not understand.
build/lint/cppcheck: tests/lint/cppcheck.txt tests/lint/cppcheck.cfg $(tidied)
	$(call say,CHK,cppcheck)
	$(Q)mkdir -p build/lint/cppcheck.cache
	$(Q)cppcheck --quiet -j 2 --cppcheck-build-dir=build/lint/cppcheck.cache --error-exitcode=1 --std=c11 --platform=unix64 \
	    --enable=warning,performance,portability --suppressions-list=$< --library=tests/lint/cppcheck.cfg -D_GNU_SOURCE -I. \
	    $(filter-out tests/%,$(lint_sources))
	$(Q)touch $@

build/lint/shellcheck: $(lint_scripts)
	$(call say,CHK,shellcheck)
	$(Q)mkdir -p $(@D)
	$(Q)shellcheck -x -S warning $(lint_scripts) && touch $@

# make torture TORTURE="--kills 20 --methods 10 --interrupts 10 --seed 2 --shard 1/9"; an hour or two without.
TORTURE ?= --kills 300 --methods 100 --interrupts 100 --reports 100 --all
torture: tests
	$(Q)BUILD=$(BUILD) TORTURE="$(TORTURE)" DEADLINE=7200 tests/run torture

# An archive, since the target of the sink holds its source.
$(BUILD)/library.a: $(library)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(BUILD)/tests/fuzz/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/driver/replay.o $(BUILD)/library.a
	$(call say,LD,$@)
	$(Q)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# make fuzz FUZZ_SECONDS=60 FUZZ="trial run": new inputs go to build/fuzz/corpus; then what lines they reach.
FUZZ_SECONDS ?= 60
FUZZ         ?= $(notdir $(fuzz_targets))
FUZZ_FLAGS   := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -fprofile-instr-generate -fcoverage-mapping
fuzz_objects := $(patsubst %.c,build/fuzz/%.o,$(sources))

build/fuzz/%.o: %.c Makefile
	$(call say,FUZZ,$<)
	$(Q)mkdir -p $(@D)
	$(Q)clang $(FLAGS) $(DEFINES) -DBUILD_VERSION='"fuzz"' -DBUILD_COMMIT='"fuzz"' -DBUILD_FLAGS='"fuzz"' $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -c -o $@ $<

build/fuzz/library.a: $(fuzz_objects)
	$(Q)rm -f $@ && ar rcs $@ $^

build/fuzz/%: build/fuzz/tests/fuzz/%.o build/fuzz/library.a
	$(Q)clang $(FLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

fuzz: $(FUZZ:%=build/fuzz/%)
	$(Q)tests/fuzz/driver/search $(FUZZ_SECONDS) $(FUZZ)

$(BUILD)/tests/bench/bench: $(bench) $(library)
	$(call say,LD,$@)
	$(Q)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# make bench BENCH="--blocks 6 --only mmap"; the first lines of tests/bench/main.c list the options.
bench: all $(BUILD)/tests/bench/bench $(BUILD)/tests/fakes/passes $(filter %/scan/slowed_0 %/scan/slowed_2 %/scan/slowed_5 %/scan/slowed_10,$(fake_methods))
	$(Q)$(BUILD)/tests/bench/bench --methods $(BUILD)/methods $(BENCH)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/iotoll $(DESTDIR)$(PREFIX)/share/iotoll
	install $(BUILD)/iotoll $(DESTDIR)$(PREFIX)/bin/
	cd $(BUILD) && find methods prices -mindepth 1 -type f -executable ! -name '*.o' \
	    -exec install -D {} $(abspath $(DESTDIR)$(PREFIX))/lib/iotoll/{} \;
	cp -r configs $(DESTDIR)$(PREFIX)/share/iotoll/

clean:
	rm -rf build

-include $(tidied:%=%.d)
-include $(objects:.o=.d) $(methods:%=%.d) $(patsubst %,$(BUILD)/methods/%.d,$(sort $(patsubst methods/%/,%,$(dir $(method_sources))))) $(test_programs:%=%.d)
