TESTS      += test-bench
TESTS_FULL += test-bench test-bench-programs
TESTS_ALONE += test-bench-programs

test-bench: $(BUILD)/bench/bench
	tests/bench/run $<

# All benchmark programs, interrupted ten thousand times a second, print the same with every engine.
test-bench-programs: $(BUILD)/stinkarm bench-programs
	$(BENCH_RUN) --check --engines native,qemu,interp,jit

.PHONY: test-bench test-bench-programs
