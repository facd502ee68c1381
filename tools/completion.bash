# bash completion for stinkarm: its options up to the program's name, then whatever the shell does for the program.

# Whether an option takes its value from the next word.
_stinkarm_has_value() {
    case $1 in
    -C | --syscalls | -s | --stack-size | -E | --env | -U | --unset-env | -0 | --argv0 | --cpu | --engine | -l | --log | \
        --log-file) return 0 ;;
    esac
    return 1
}

_stinkarm() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} i word
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $word == -- || $word != -* ]]; then # the program and its arguments
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
    case $prev in
    -C | --syscalls) COMPREPLY=($(compgen -W "forward deny sandbox" -- "$cur")) && return ;;
    --cpu) COMPREPLY=($(compgen -W "cortex-a15 max" -- "$cur")) && return ;;
    --engine) COMPREPLY=($(compgen -W "interp" -- "$cur")) && return ;;
    -U | --unset-env) COMPREPLY=($(compgen -v -- "$cur")) && return ;;
    -l | --log)
        local head=
        [[ $cur == *,* ]] && head=${cur%,*},
        COMPREPLY=($(compgen -P "$head" -W "none elf syscalls memory instructions signals unimp all" -- "${cur##*,}"))
        return
        ;;
    --log-file)
        compopt -o default
        return
        ;;
    -s | --stack-size | -E | --env | -0 | --argv0) return ;;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "-C --syscalls -s --stack-size -n --no-env -E --env -U --unset-env -0 --argv0 --cpu --engine
            -l --log --strace -d -v --log-file -r --registers -h --help -V --version --system --" -- "$cur"))
        return
    fi
    compopt -o default
}

complete -F _stinkarm stinkarm
