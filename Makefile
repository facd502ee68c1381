# make            build/stinkarm: C11 compiler and make are all it needs
# make demo       installs what is missing, builds, runs an ARM program and Debian's busybox
# make test       installs what the tests need, runs them; test-full: the long ones, too
# make bench | install | clean | format | asan

BUILD   ?= build
PREFIX  ?= /usr/local
# A static musl program starts three times faster than a static glibc one; both work. LIBC=glibc forces the choice.
LIBC    ?= $(if $(shell command -v musl-gcc 2>/dev/null),musl,glibc)
ifeq ($(origin CC),default)
CC      := $(if $(filter musl,$(LIBC)),musl-gcc,cc)
endif
HOSTCC  ?= cc
WARN    := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Werror
OPT     ?= -O2
CFLAGS  ?=
# One segment for code and constants: fewer mappings to make when a program starts.
LDFLAGS ?= -static -Wl,-z,noseparate-code,-z,norelro,--build-id=sha1
ALL_CFLAGS := -std=c11 -D_GNU_SOURCE $(OPT) -g -fno-pie -fno-strict-aliasing -fno-stack-protector -pthread $(WARN) -Isrc -I$(BUILD) $(CFLAGS)

TABLES  := $(addprefix src/isa/,a32.tbl t16.tbl t32.tbl vfp.tbl neon.tbl)
GEN     := $(addprefix $(BUILD)/gen/,ops.h slots.h tables.c)
SRCS    := $(sort $(wildcard src/*.c src/*/*.c src/*/*/*.c))
# What every program needs stands together in the binary, with the C library's part of it: a start touches fewer
# of its pages. Behind that, what most programs need.
START   := src/main.c $(addprefix src/board/,command.c options.c) src/jit/jit.c src/jit/run.c $(filter-out src/base/stats_% src/base/signal_names.c,$(wildcard src/base/*.c)) $(wildcard src/cpu/*.c \
    src/elf/*.c src/mem/*.c src/user/*.c) $(addprefix src/interp/,block.c branch.c cache.c crossing.c dp.c engine.c ldst.c \
    media.c media_mul.c media_parallel.c select.c sync.c system.c tier.c tier_handler.c tier_source.c) src/isa/decode.c
SOON    := $(wildcard src/user/sys/*.c) gen/tables.c $(addprefix src/interp/,neon.c neon_ldst.c vfp.c vfp_transfer.c)
REST    := $(filter-out $(START) $(SOON),$(SRCS))
objects_of = $(patsubst %.c,$(BUILD)/obj/%.o,$1)
OBJS    := $(call objects_of,$(START) $(SOON) $(REST))
LIBOBJS := $(filter-out $(BUILD)/obj/src/main.o,$(OBJS))

all: $(BUILD)/stinkarm

$(BUILD)/stinkarm: $(OBJS)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -no-pie -o $@.linked $(call objects_of,$(START)) -lc $(call objects_of,$(SOON) $(REST))
	cp $@.linked $@.copy # which starts faster: the page cache has it in larger pieces
	mv $@.copy $@
	rm -f $@.linked
	@echo "built $@ with $(CC) ($(LIBC))"

$(BUILD)/gen_isa: tools/gen_isa.c
	@mkdir -p $(@D)
	$(HOSTCC) -std=c11 -O1 -Wall -Wextra -Werror -o $@ $<

$(GEN) &: $(BUILD)/gen_isa $(TABLES)
	@mkdir -p $(BUILD)/gen
	$(BUILD)/gen_isa $(BUILD)/gen $(TABLES)

$(BUILD)/obj/gen/tables.o: $(BUILD)/gen/tables.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.o: %.c $(BUILD)/gen/ops.h
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

objects: $(OBJS)

include tests/tests.mk

# The tests need tools: installed first, in a make of its own, since later rules ask which there are.
test:
	tools/install_deps test kernel
	$(RUN_ALL) $(TESTS)

test-full:
	tools/install_deps test kernel
	$(RUN_ALL) $(TESTS_FULL)

# Both C libraries build the program.
both-libcs:
	$(MAKE) -s --no-print-directory LIBC=musl all
	$(MAKE) -s --no-print-directory LIBC=glibc BUILD=$(BUILD)/glibc all

asan:
	$(MAKE) --no-print-directory BUILD=$(BUILD)/asan LIBC=glibc CC=cc $(ASANFLAGS) all

demo:
	tools/install_deps demo
	tools/demo

install: $(BUILD)/stinkarm
	install -D -m 755 $(BUILD)/stinkarm $(DESTDIR)$(PREFIX)/bin/stinkarm
	install -D -m 644 docs/stinkarm.1 $(DESTDIR)$(PREFIX)/share/man/man1/stinkarm.1
	install -D -m 644 tools/completion.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/stinkarm
	tools/binfmt print $(PREFIX)/bin/stinkarm >$(BUILD)/binfmt.conf
	install -D -m 644 $(BUILD)/binfmt.conf $(DESTDIR)$(PREFIX)/lib/binfmt.d/stinkarm.conf

clean:
	rm -rf $(BUILD)/obj $(BUILD)/gen $(BUILD)/gen_isa $(BUILD)/stinkarm $(BUILD)/tests $(BUILD)/glibc $(BUILD)/asan

format:
	clang-format -i $$(git ls-files '*.c' '*.h')

.PHONY: all objects test test-full both-libcs asan demo install clean format
.DELETE_ON_ERROR:
-include $(OBJS:.o=.d)
