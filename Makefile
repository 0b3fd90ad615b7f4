# SPDX-License-Identifier: Apache-2.0
# One Makefile.  `make V=1` shows commands; CFLAGS and LDFLAGS are yours.
CC      ?= gcc
BUILD   ?= build
PREFIX  ?= /usr/local
V       ?= 0
Q       := $(if $(filter 0,$(V)),@)

PKGS    := openssl libp11 p11-kit-1 libpcsclite sqlite3 ncursesw panelw \
	   formw menuw jansson yaml-0.1 libqrencode libseccomp
KC_CPPFLAGS := -I. -D_GNU_SOURCE -DOPENSSL_API_COMPAT=30000 \
	   $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
KC_WARN := -Wall -Wextra -Werror -pedantic -Wshadow -Wconversion \
	   -Wsign-conversion -Wcast-qual -Wwrite-strings -Wundef -Wvla \
	   -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
	   -Wimplicit-fallthrough -Wframe-larger-than=65536
KC_HARD := -fstack-protector-strong -fstack-clash-protection \
	   -fcf-protection -D_FORTIFY_SOURCE=3 -fPIE
# The same bytes wherever it is built (tests/long/reproducible.sh).
KC_REPR := '-ffile-prefix-map=$(CURDIR)=.'
KC_CFLAGS := -std=c11 -O2 -g $(KC_WARN) $(KC_HARD) $(KC_REPR) $(EXTRA_CFLAGS)
KC_LDFLAGS := -pie -Wl,-z,relro,-z,now,-z,noexecstack $(EXTRA_LDFLAGS)
LIBS    := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lhpdf -ldl

ROOMS   := base sd estate tokens audit ceremony ui pool
src      = $(wildcard $(1)/*.c)
obj      = $(patsubst %.c,$(BUILD)/obj/%.o,$(call src,$(1)))
mains   := ceremony/main.c pool/main.c
lib_obj  = $(filter-out $(patsubst %.c,$(BUILD)/obj/%.o,$(mains)),$(call obj,$(1)))
OBJS    := $(foreach r,$(ROOMS),$(call obj,$(r)))

PROGRAMS := $(BUILD)/ceremony $(BUILD)/ceremony-pool
UNIT    := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/*/*_test.c))

.PHONY: all check check-unit lint asan bench rehearsal install long fuzz \
	fuzz-targets clean units help flags
all: $(PROGRAMS)

help:
	@echo 'make all | check | lint | asan | bench | fuzz | long |' \
		'rehearsal | install'

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	@$(if $(filter 0,$(V)),echo '  CC    $<')
	$(Q)$(CC) $(KC_CPPFLAGS) $(CPPFLAGS) $(KC_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/ceremony: $(foreach r,base sd estate tokens audit ui ceremony,$(call obj,$(r)))
	@$(if $(filter 0,$(V)),echo '  LD    $@')
	$(Q)$(CC) $(KC_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/ceremony-pool: $(foreach r,base sd pool,$(call obj,$(r)))
	@$(if $(filter 0,$(V)),echo '  LD    $@')
	$(Q)$(CC) $(KC_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# Files that the export carries are part of the program.
$(BUILD)/obj/audit/embed.o: audit/verify.py audit/export-readme.txt

# Unit tests: tests/ROOM/NAME_test.c, linked with the room and those it may
# stand on; so an include against the arrows does not link either.
deps_base     := base
deps_sd       := base sd
deps_estate   := base sd estate
deps_tokens   := base tokens
deps_audit    := base audit
deps_pool     := base sd pool
deps_ceremony := base sd estate tokens audit ceremony
deps_ui       := base sd estate tokens audit ceremony ui
define unit_rule
$(BUILD)/tests/$(1)/%: $(BUILD)/obj/tests/$(1)/%.o $(foreach r,$(deps_$(1)),$(call lib_obj,$(r)))
	@mkdir -p $$(@D)
	@$$(if $$(filter 0,$$(V)),echo '  LD    $$@')
	$$(Q)$$(CC) $$(KC_LDFLAGS) $$(LDFLAGS) -o $$@ $$^ $$(LIBS) -lcmocka
endef
$(foreach r,$(ROOMS),$(eval $(call unit_rule,$(r))))
.SECONDARY: $(UNIT:$(BUILD)/tests/%=$(BUILD)/obj/tests/%.o)

# Fuzz targets: tests/fuzz/NAME_fuzz.c.  With replay.o, as here, a target runs
# files (tests/e2e/fuzz_replay.sh); `make fuzz` links it with libFuzzer.
FUZZ    := $(patsubst tests/%_fuzz.c,$(BUILD)/tests/%,$(wildcard tests/fuzz/*_fuzz.c))
FUZZ_MAIN ?= replay
FUZZ_WRAP := CRYPTO_secure_zalloc CRYPTO_secure_clear_free \
	CRYPTO_secure_allocated CRYPTO_memcmp X509_verify X509_CRL_verify \
	EVP_DigestVerify
FUZZ_OBJ := $(patsubst %,$(BUILD)/obj/tests/fuzz/%.o,fuzz wraps judged $(FUZZ_MAIN))
$(BUILD)/tests/fuzz/%: $(BUILD)/obj/tests/fuzz/%_fuzz.o $(FUZZ_OBJ) $(foreach r,base sd estate,$(call lib_obj,$(r)))
	@mkdir -p $(@D)
	@$(if $(filter 0,$(V)),echo '  LD    $@')
	$(Q)$(CC) $(KC_LDFLAGS) $(LDFLAGS) $(FUZZ_WRAP:%=-Wl,--wrap=%) -o $@ $^ $(LIBS)
.SECONDARY: $(FUZZ:$(BUILD)/tests/%=$(BUILD)/obj/tests/%_fuzz.o) $(FUZZ_OBJ)
fuzz-targets: $(FUZZ)

# The virtual card and its unit tests stand on base alone.
CARD_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out %_test.c,$(call src,tests/cards)))
$(BUILD)/tests/cards/piv: $(CARD_OBJ) $(call obj,base)
	@mkdir -p $(@D)
	@$(if $(filter 0,$(V)),echo '  LD    $@')
	$(Q)$(CC) $(KC_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/tests/cards/%_test: $(BUILD)/obj/tests/cards/%_test.o $(filter-out %/piv.o,$(CARD_OBJ)) $(call obj,base)
	@mkdir -p $(@D)
	@$(if $(filter 0,$(V)),echo '  LD    $@')
	$(Q)$(CC) $(KC_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

# Programs that tests run.
HELPERS := $(BUILD)/tests/audit/make_ceremony $(BUILD)/tests/audit/judge $(BUILD)/tests/audit/alphabets \
	$(BUILD)/tests/ui/demo $(BUILD)/tests/estate/attest_seed \
	$(BUILD)/tests/sd/consttime $(BUILD)/tests/tokens/consttime \
	$(BUILD)/tests/power/ceremony $(BUILD)/tests/power/replay \
	$(BUILD)/tests/kill/ceremony $(BUILD)/tests/cards/piv \
	$(BUILD)/tests/tokens/watch $(BUILD)/tests/secrets/ceremony \
	$(BUILD)/tests/secrets/scan $(BUILD)/tests/sandbox/ceremony
units: $(UNIT) $(HELPERS) $(FUZZ)

# The kill test's program: the same objects, some calls of theirs wrapped.
KILL_WRAP := aud_append tok_spawn tok_end tok_send tok_recv
$(BUILD)/tests/kill/ceremony: $(BUILD)/obj/tests/kill/hook.o $(foreach r,base sd estate tokens audit ui ceremony,$(call obj,$(r)))
	@mkdir -p $(@D)
	@$(if $(filter 0,$(V)),echo '  LD    $@')
	$(Q)$(CC) $(KC_LDFLAGS) $(LDFLAGS) $(KILL_WRAP:%=-Wl,--wrap=%) -o $@ $^ $(LIBS)

# The power test's program, likewise, and what opens its images.
POWER_WRAP := sqlite3_open_v2 aud_append
$(BUILD)/tests/power/ceremony: $(BUILD)/obj/tests/power/record.o $(foreach r,base sd estate tokens audit ui ceremony,$(call obj,$(r)))
	@mkdir -p $(@D)
	@$(if $(filter 0,$(V)),echo '  LD    $@')
	$(Q)$(CC) $(KC_LDFLAGS) $(LDFLAGS) $(POWER_WRAP:%=-Wl,--wrap=%) -o $@ $^ $(LIBS)

$(BUILD)/tests/power/replay: $(BUILD)/obj/tests/power/replay.o $(foreach r,base audit,$(call lib_obj,$(r)))
	@mkdir -p $(@D)
	@$(if $(filter 0,$(V)),echo '  LD    $@')
	$(Q)$(CC) $(KC_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# The memory scan's program, likewise, and its scanner.
SECRETS_WRAP := kc_secret_heap kc_secret_free kc_secret_random tok_login \
	tok_so_pin tok_set_pin tok_init tok_generate tok_unwrap tok_sign tok_close \
	sd_jwe_decrypt_secret sd_share_check sd_judge sd_datum_open \
	sd_restore_blob sd_jwe_wrap tok_extract est_target_pem est_target_oct \
	est_target_wrapped est_byok_wrap aud_append
$(BUILD)/tests/secrets/ceremony: $(patsubst %,$(BUILD)/obj/tests/secrets/%.o,hook points) $(foreach r,base sd estate tokens audit ui ceremony,$(call obj,$(r)))
	@mkdir -p $(@D)
	@$(if $(filter 0,$(V)),echo '  LD    $@')
	$(Q)$(CC) $(KC_LDFLAGS) $(LDFLAGS) $(SECRETS_WRAP:%=-Wl,--wrap=%) -o $@ $^ $(LIBS)
$(BUILD)/tests/secrets/scan: $(patsubst %,$(BUILD)/obj/tests/secrets/%.o,scan pattern)
	@mkdir -p $(@D)
	@$(if $(filter 0,$(V)),echo '  LD    $@')
	$(Q)$(CC) $(KC_LDFLAGS) $(LDFLAGS) -o $@ $^

# The sandbox test's program, likewise: what it may not, it tries.
SANDBOX_WRAP := tok_spawn tok_spawn_watch tok_child_run tok_watch_run
$(BUILD)/tests/sandbox/ceremony: $(BUILD)/obj/tests/sandbox/hook.o $(foreach r,base sd estate tokens audit ui ceremony,$(call obj,$(r)))
	@mkdir -p $(@D)
	@$(if $(filter 0,$(V)),echo '  LD    $@')
	$(Q)$(CC) $(KC_LDFLAGS) $(LDFLAGS) $(SANDBOX_WRAP:%=-Wl,--wrap=%) -o $@ $^ $(LIBS)

# For scripts/lint: the flags every file is compiled with.
flags:
	@echo $(KC_CPPFLAGS) $(KC_CFLAGS)

check:
	@scripts/setup --ensure --tests
	$(Q)$(MAKE) --no-print-directory all units
	@tests/run

check-unit: units
	@tests/run --unit

lint:
	@scripts/setup --ensure --tests
	@scripts/lint

asan:
	$(Q)$(MAKE) --no-print-directory BUILD=build/asan \
		EXTRA_CFLAGS='-fsanitize=address,undefined -fno-sanitize-recover=all -O1 -U_FORTIFY_SOURCE' \
		EXTRA_LDFLAGS='-fsanitize=address,undefined' all units
	@BUILD=build/asan tests/run

# Each target for FUZZ_SECONDS, two at a time: see docs/fuzz.md.
fuzz:
	@scripts/setup --ensure --tests
	$(Q)$(MAKE) --no-print-directory BUILD=build/fuzz CC=clang FUZZ_MAIN=mutate \
		EXTRA_CFLAGS='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -O1 -U_FORTIFY_SOURCE' \
		EXTRA_LDFLAGS='-fsanitize=fuzzer,address,undefined' fuzz-targets
	@BUILD=build/fuzz tests/fuzz/run $(FUZZ_ARGS)

rehearsal:
	@scripts/setup --ensure
	$(Q)$(MAKE) --no-print-directory all >&2
	@scripts/rehearsal

# Small programs that tests/bench/run measures or measures with.
BENCH   := $(BUILD)/tests/bench/append $(BUILD)/tests/bench/spawn \
	   $(BUILD)/tests/bench/bare $(BUILD)/tests/bench/inside
deps_bench := base sd audit
$(BUILD)/tests/bench/%: $(BUILD)/obj/tests/bench/%.o $(foreach r,$(deps_bench),$(call lib_obj,$(r)))
	@mkdir -p $(@D)
	@$(if $(filter 0,$(V)),echo '  LD    $@')
	$(Q)$(CC) $(KC_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
.SECONDARY: $(BENCH:$(BUILD)/tests/%=$(BUILD)/obj/tests/%.o)

bench: all $(BENCH) $(BUILD)/tests/ui/demo
	@BUILD=$(BUILD) tests/bench/run $(BENCH_ARGS)

long: all units
	@tests/run --long

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/ceremony \
		$(DESTDIR)$(PREFIX)/share/man/man1
	install -m 0755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	install -m 0644 $(wildcard scripts/*.yaml) $(DESTDIR)$(PREFIX)/share/ceremony
	install -m 0644 $(wildcard docs/man/*.1) $(DESTDIR)$(PREFIX)/share/man/man1

clean:
	rm -rf $(BUILD)

-include $(OBJS:.o=.d) $(BUILD)/obj/tests/kill/hook.d \
	$(BUILD)/obj/tests/sandbox/hook.d \
	$(patsubst %,$(BUILD)/obj/tests/power/%.d,record replay) \
	$(patsubst %,$(BUILD)/obj/tests/secrets/%.d,hook points scan pattern) \
	$(BUILD)/obj/tests/ui/demo.d $(BUILD)/obj/tests/tokens/watch.d \
	$(CARD_OBJ:.o=.d) $(FUZZ_OBJ:.o=.d) \
	$(FUZZ:$(BUILD)/tests/%=$(BUILD)/obj/tests/%_fuzz.d) \
	$(BENCH:$(BUILD)/tests/%=$(BUILD)/obj/tests/%.d) \
	$(BUILD)/obj/tests/audit/alphabets.d $(BUILD)/obj/tests/audit/judge.d $(BUILD)/obj/tests/sd/consttime.d \
	$(BUILD)/obj/tests/tokens/consttime.d \
	$(UNIT:$(BUILD)/tests/%=$(BUILD)/obj/tests/%.d)
