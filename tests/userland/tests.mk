# Debian's programs, linked dynamically, in a sysroot of its armhf packages
TESTS      += test-userland test-languages
TESTS_FULL += test-userland test-debootstrap test-languages-full

SYSROOTS += userland programs corpora

USERLAND := bash coreutils findutils grep sed gawk tar gzip bzip2 xz-utils zstd diffutils make python3 perl lua5.4 sqlite3 openssl git
SYSROOT_userland := $(USERLAND)

# SCRIPTS=tests/userland/git.sh: a part of it
SCRIPTS ?= $(wildcard tests/userland/*.sh)
test-userland: $(BUILD)/stinkarm
	sysroot=$$(BUILD=$(BUILD) tools/sysroot userland $(SYSROOT_userland)) && \
	    BUILD=$(BUILD) tests/userland/run $(BUILD)/stinkarm "$$sysroot" $(SCRIPTS) && tests/userland/chroot $(BUILD)/stinkarm "$$sysroot"

test-debootstrap: $(BUILD)/stinkarm
	tools/install_deps rootfs
	tests/userland/debootstrap $(BUILD)/stinkarm $(TESTBUILD)/debootstrap

# Programs by themselves: a sysroot of their own, and a longer form, which gives each of stress-ng's a minute
TESTS      += test-programs
TESTS_FULL += test-programs-full
SYSROOT_programs := stress-ng openssh-client openssl busybox sqlite3 grep sed gawk diffutils
PROGRAM_SCRIPTS ?= $(wildcard tests/userland/programs/*.sh)
RUN_PROGRAMS = sysroot=$$(BUILD=$(BUILD) tools/sysroot programs $(SYSROOT_programs)) && \
    BUILD=$(BUILD) tests/userland/run $(BUILD)/stinkarm "$$sysroot"

test-programs: $(BUILD)/stinkarm
	$(RUN_PROGRAMS) $(PROGRAM_SCRIPTS)

test-programs-full: $(BUILD)/stinkarm
	export TIME=7200 STRESS_SECONDS=60; $(RUN_PROGRAMS) $(PROGRAM_SCRIPTS)

.PHONY: test-userland test-debootstrap test-programs test-programs-full

# More of Debian, in test-full only since the packages are many: languages with their own compilers and collectors, codecs, servers
TESTS_FULL += test-more
SYSROOT_more := ruby php-cli ocaml-nox guile-3.0 tcl luajit gforth erlang-base sbcl clisp ecl octave maxima gap-core \
    ffmpeg imagemagick ghostscript redis-server nginx-light curl clang-14 z3 mono-mcs mono-runtime valgrind cmake ninja-build \
    grep sed gzip findutils gawk
MORE_SCRIPTS ?= $(wildcard tests/userland/more/*.sh)

test-more: $(BUILD)/stinkarm
	sysroot=$$(BUILD=$(BUILD) tools/sysroot more $(SYSROOT_more)) && \
	    BUILD=$(BUILD) tests/userland/run $(BUILD)/stinkarm "$$sysroot" $(MORE_SCRIPTS)

.PHONY: test-more

# Languages: compilers and runtimes in the guest (languages/*.sh), Python's and perl's own tests
SYSROOT_corpora := python3 libpython3.11-testsuite netbase tzdata perl gcc-12 g++-12 make binutils gdb nodejs golang-1.19-go \
    openjdk-17-jdk-headless rustc diffutils findutils grep sed gawk
LANGUAGES_SYSROOT = $$(BUILD=$(BUILD) tools/sysroot corpora $(SYSROOT_corpora))
PERL_SOURCE = $$(BUILD=$(BUILD) tools/fetch_deb source perl)

test-languages: $(BUILD)/stinkarm
	sysroot=$(LANGUAGES_SYSROOT) && tests/userland/run $(BUILD)/stinkarm "$$sysroot" $(addprefix tests/userland/languages/,compile.sh make.sh go.sh gdb.sh)
	tests/userland/python_tests $(BUILD)/stinkarm "$(LANGUAGES_SYSROOT)" test_int test_float test_struct test_mmap test_time
	tests/userland/perl_tests $(BUILD)/stinkarm "$(LANGUAGES_SYSROOT)" "$(PERL_SOURCE)" op/array.t op/sprintf.t op/pack.t

test-languages-full: $(BUILD)/stinkarm
	TIME=3600 tests/userland/run $(BUILD)/stinkarm "$(LANGUAGES_SYSROOT)" $(wildcard tests/userland/languages/*.sh)
	tests/userland/same_objects $(BUILD)/stinkarm "$(LANGUAGES_SYSROOT)" "$$(BUILD=$(BUILD) tools/fetch_deb source lua5.4)/src"
	tests/userland/python_tests $(BUILD)/stinkarm "$(LANGUAGES_SYSROOT)"
	tests/userland/perl_tests $(BUILD)/stinkarm "$(LANGUAGES_SYSROOT)" "$(PERL_SOURCE)"

.PHONY: test-languages test-languages-full
