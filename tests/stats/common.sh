# For the scripts here: counting, and programs. They set stinkarm and build.
passed=0 failed=0
pass() { passed=$((passed + 1)); }
fail() {
    failed=$((failed + 1))
    echo "$1"
}
# check WHAT COMMAND...: it succeeds
check() {
    local what=$1 said
    shift
    if said=$("$@" 2>&1); then pass; else fail "$what: $said"; fi
}
end() {
    echo "$passed passed, $failed failed"
    [ $failed = 0 ]
}
# compile PROGRAM [FLAG...]
compile() {
    local program=$1
    shift
    arm-linux-gnueabihf-gcc -O1 -g -Wall -Werror -o "$build/$program" "$here/$program.c" "$@" || exit 1
}
