# Job control, terminals within terminals, and who would trace or filter others, in a sysroot of Debian's armhf packages
TESTS      += test-terminal
TESTS_FULL += test-terminal

SYSROOTS += terminal
SYSROOT_terminal := bash coreutils file strace gdb bsdutils procps ncurses-base tmux grep python3 python3-seccomp man-db

test-terminal: $(BUILD)/stinkarm
	sysroot=$$(BUILD=$(BUILD) tools/sysroot terminal $(SYSROOT_terminal)) && tests/terminal/run $(BUILD)/stinkarm "$$sysroot"

.PHONY: test-terminal
