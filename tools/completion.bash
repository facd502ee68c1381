# bash completion for stinkarm: its options up to the program's name, then whatever the shell does for the program.

# Whether an option takes its value from the next word.
_stinkarm_has_value() {
    case $1 in
    --allow-read | --allow-write | --memory-limit | --time-limit | --max-processes) return 0 ;;
    -C | --syscalls | -s | --stack-size | -E | --env | -U | --unset-env | -0 | --argv0 | -L | --sysroot | --root | --cpu | --engine | --jit-hot | --jit-region | --jit-memory | --jit-disable | --core | -g | --gdb | --break | --watch | --commands | --symbols | -l | --log | \
        --log-file | --profile | --perf) return 0 ;;
    -M | --machine | -m | --memory | --smp | --smp-mode | --rtc | --initrd | --append | --dtb | --dump-dtb | --load | \
        --load-address | --entry-point-address | --serial | --virtio | --virtio-console | --drive | --net | --share | --display) return 0 ;;
    esac
    return 1
}

# The values of the machine's options, whose files the shell completes.
_stinkarm_system_value() {
    case $1 in
    -M | --machine) COMPREPLY=($(compgen -W "vexpress-a9 vexpress-a15" -- "$2")) ;;
    --smp) COMPREPLY=($(compgen -W "1 2 3 4" -- "$2")) ;;
    --smp-mode) COMPREPLY=($(compgen -W "threads round-robin" -- "$2")) ;;
    --rtc) COMPREPLY=($(compgen -W "utc" -- "$2")) ;;
    --serial | --virtio-console) COMPREPLY=($(compgen -W "stdio stdout pty file: unix: null" -- "$2")) ;;
    --virtio) COMPREPLY=($(compgen -W "legacy modern" -- "$2")) ;;
    --net) COMPREPLY=($(compgen -W "none user" -- "$2")) ;;
    --display) COMPREPLY=($(compgen -W "none ppm: vnc:" -- "$2")) ;;
    --initrd | --dtb | --dump-dtb | --load | --drive) compopt -o default ;;
    --share) COMPREPLY=($(compgen -d -- "$2")) ;;
    -m | --memory | --append | --load-address | --entry-point-address) ;;
    *) return 1 ;;
    esac
}

_stinkarm() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} i word system=
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        [[ $word == --system ]] && system=1
        if [[ $word == -- || $word != -* ]] && [[ ! $system ]]; then # the program and its arguments
            compopt -o default
            return
        fi
        if _stinkarm_has_value "$word"; then
            # With "=" among COMP_WORDBREAKS, --name=value is three words.
            [[ ${COMP_WORDS[i + 1]} == = ]] && ((i++))
            ((i++))
        fi
    done
    if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi
    [[ $system ]] && _stinkarm_system_value "$prev" "$cur" && return
    case $prev in
    -C | --syscalls) COMPREPLY=($(compgen -W "forward deny sandbox" -- "$cur")) && return ;;
    --cpu) COMPREPLY=($(compgen -W "cortex-a15 max" -- "$cur")) && return ;;
    --engine) COMPREPLY=($(compgen -W "interp jit lockstep" -- "$cur")) && return ;;
    --jit-disable) COMPREPLY=($(compgen -W "quick rounds bits pair stale-flags flags constants temps dead same merge-if select defer sink" -- "$cur")) && return ;;
    -U | --unset-env) COMPREPLY=($(compgen -v -- "$cur")) && return ;;
    -l | --log)
        local head=
        [[ $cur == *,* ]] && head=${cur%,*},
        COMPREPLY=($(compgen -P "$head" -W "none elf syscalls memory instructions blocks ir jit exceptions mmu irq device device:uart0 gdb signals unimp all" -- "${cur##*,}"))
        return
        ;;
    --allow-read | --allow-write)
        compopt -o default
        return
        ;;
    --memory-limit | --time-limit | --max-processes) return ;;
    -L | --sysroot | --root) COMPREPLY=($(compgen -d -- "$cur")) && return ;;
    --log-file | --core | --commands | --symbols)
        compopt -o default
        return
        ;;
    -s | --stack-size | -E | --env | -0 | --argv0) return ;;
    esac
    if [[ $system && $cur == -* ]]; then
        COMPREPLY=($(compgen -W "-M --machine -m --memory --smp --smp-mode --icount --rtc --no-reboot --exit-on-panic --engine
            --initrd --append --dtb --dump-dtb --atags --load --load-address --entry-point-address --semihosting --serial
            --virtio --virtio-console --drive --net --share --display -g --gdb --gdb-nowait --break --watch --step --commands --symbols --coverage --profile --perf -l --log --log-file --stats -h --help" -- "$cur"))
        return
    fi
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "-C --syscalls --allow-read --allow-write --allow-exec --allow-net --memory-limit --time-limit
            --max-processes -s --stack-size -n --no-env -E --env -U --unset-env -0 --argv0 -L --sysroot --root --cpu --engine --jit-hot --jit-region --jit-memory --jit-disable
            --cache --core -g --gdb --gdb-nowait --break --watch --step --commands --symbols --coverage --profile --perf -l --log --strace -d -v --log-file --stats -r --registers -h --help -V --version --system --" -- "$cur"))
        return
    fi
    compopt -o default
}

complete -F _stinkarm stinkarm
