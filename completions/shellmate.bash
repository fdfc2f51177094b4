# Completes shellmate in bash. Made from the commands by `make docs`.
# shellcheck shell=bash

# Offer those of the words given that begin like the one at the cursor.
_shellmate_words() {
    local word
    for word in "$@"; do
        if [[ $word == "$cur"* ]]; then COMPREPLY+=("$word"); fi
    done
}

# Offer the names of a list that only shellmate knows: LIST [WORD BEFORE]
_shellmate_names() {
    local name list=$1
    shift
    # an alias, or a function of that name, is not the program
    if [[ $program != */* ]]; then program=shellmate; fi
    if [[ $program == \~/* ]]; then program=$HOME/${program#\~/}; fi
    while IFS=$'\t' read -r name _; do
        _shellmate_words "$name"
    done < <(env _SHELLMATE_COMPLETE="$list" "$program" "$@" 2>/dev/null </dev/null)
}

# Offer files: those named *.gguf and folders, or any once there is a slash.
_shellmate_files() {
    local file filter=(-X '!*.gguf')
    compopt -o filenames 2>/dev/null || :
    if [[ $cur == */* ]]; then filter=(); fi
    while IFS= read -r file; do
        COMPREPLY+=("$file")
    done < <(
        compgen -d -- "$cur" || :
        compgen -f ${filter[@]+"${filter[@]}"} -- "$cur" | while IFS= read -r file; do
            if [[ ! -d $file ]]; then printf '%s\n' "$file"; fi
        done
    )
}

_shellmate() {
    local program=$1 cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command="" word place=0
    COMPREPLY=()
    # --option=value comes as three words
    if [[ $cur == = ]]; then
        cur=""
    elif [[ $prev == = ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    # behind `--` is nothing but words; the place of a word counts no options
    for word in "${COMP_WORDS[@]:0:COMP_CWORD}"; do
        if [[ $word == -- ]]; then return 0; fi
        if [[ $word != -* ]]; then (( place += 1 )); fi
    done
    if (( COMP_CWORD > 1 )); then
        case ${COMP_WORDS[1]} in
        bench | cache | config | digest | doctor | explain | fix | index | init | judge | log | model | prompt | repl | serve | status | stop) command=${COMP_WORDS[1]} ;;
        esac
    fi
    if (( COMP_CWORD > 2 )); then
        case "$command ${COMP_WORDS[2]}" in
        "cache clear" | "cache info" | "cache prime" | "config get" | "config list" | "config path" | "config set" | "model list" | "model path" | "model pull" | "model rm" | "model verify" | "prompt edit" | "prompt list" | "prompt show") command+=" ${COMP_WORDS[2]}" ;;
        esac
    fi
    case $command in
    "")
        case $prev in
        -l | --lang) _shellmate_words auto shell python; return 0 ;;
        -n) return 0 ;;
        --session) _shellmate_names sessions "$prev"; return 0 ;;
        -m | --model) _shellmate_names usable "$prev"; _shellmate_files; return 0 ;;
        -p | --prompt) _shellmate_names prompts "$prev"; return 0 ;;
        --effort) _shellmate_words fast balanced careful; return 0 ;;
        --max-tokens) return 0 ;;
        --temperature) return 0 ;;
        --seed) return 0 ;;
        --ctx) return 0 ;;
        --threads) return 0 ;;
        --timeout) return 0 ;;
        --color) _shellmate_words auto always never; return 0 ;;
        esac
        if [[ $cur == -* ]]; then
            _shellmate_words -l --lang --sh --py -n -x --explain -r --run --sandbox -c --continue --session -m --model -p --prompt --effort --json --max-tokens --temperature --seed --ctx --threads --timeout --color --offline --no-config -q --quiet -v --verbose --version -h --help
        elif (( COMP_CWORD == 1 )); then
            _shellmate_words bench cache config digest doctor explain fix index init judge log model prompt repl serve status stop
        fi
        ;;
    "bench")
        case $prev in
        --threads) return 0 ;;
        --runs) return 0 ;;
        --plot) _shellmate_files; return 0 ;;
        esac
        if [[ $cur == -* ]]; then
            _shellmate_words --threads --runs --quick --json --plot --write -q --quiet -h --help
        else
            _shellmate_names installed "$prev"
            _shellmate_files
        fi
        ;;
    "cache")
        if [[ $cur == -* ]]; then
            _shellmate_words -h --help
        elif (( COMP_CWORD == 2 )); then
            _shellmate_words clear info prime
        fi
        ;;
    "cache clear")
        if [[ $cur == -* ]]; then
            _shellmate_words -y --yes -h --help
        fi
        ;;
    "cache info")
        if [[ $cur == -* ]]; then
            _shellmate_words -h --help
        fi
        ;;
    "cache prime")
        case $prev in
        -m | --model) _shellmate_names models "$prev"; _shellmate_files; return 0 ;;
        esac
        if [[ $cur == -* ]]; then
            _shellmate_words -m --model -q --quiet -h --help
        else
            _shellmate_names prompts "$prev"
        fi
        ;;
    "config")
        if [[ $cur == -* ]]; then
            _shellmate_words -h --help
        elif (( COMP_CWORD == 2 )); then
            _shellmate_words get list path set
        fi
        ;;
    "config get")
        if [[ $cur == -* ]]; then
            _shellmate_words -h --help
        elif (( place == 3 )); then
            _shellmate_names settings "$prev"
        fi
        ;;
    "config list")
        if [[ $cur == -* ]]; then
            _shellmate_words -h --help
        fi
        ;;
    "config path")
        if [[ $cur == -* ]]; then
            _shellmate_words -h --help
        fi
        ;;
    "config set")
        if [[ $cur == -* ]]; then
            _shellmate_words -h --help
        elif (( place == 3 )); then
            _shellmate_names settings "$prev"
        elif (( place == 4 )); then
            _shellmate_names values "$prev"
        fi
        ;;
    "digest")
        if [[ $cur == -* ]]; then
            _shellmate_words --json -h --help
        fi
        ;;
    "doctor")
        if [[ $cur == -* ]]; then
            _shellmate_words --deep --json -q --quiet -h --help
        fi
        ;;
    "explain")
        case $prev in
        -m | --model) _shellmate_names usable "$prev"; _shellmate_files; return 0 ;;
        --color) _shellmate_words auto always never; return 0 ;;
        esac
        if [[ $cur == -* ]]; then
            _shellmate_words --json --no-prose -m --model --color -q --quiet -h --help
        fi
        ;;
    "fix")
        case $prev in
        --command) return 0 ;;
        --status) return 0 ;;
        esac
        if [[ $cur == -* ]]; then
            _shellmate_words --command --status --screen -q --quiet -v --verbose -h --help
        fi
        ;;
    "index")
        if [[ $cur == -* ]]; then
            _shellmate_words --clear --json -h --help
        fi
        ;;
    "init")
        case $prev in
        --key) return 0 ;;
        --history) return 0 ;;
        esac
        if [[ $cur == -* ]]; then
            _shellmate_words --key --force --keep-comment --history -h --help
        elif (( place == 2 )); then
            _shellmate_words bash zsh fish
        fi
        ;;
    "judge")
        case $prev in
        -l | --lang) _shellmate_words auto shell python; return 0 ;;
        esac
        if [[ $cur == -* ]]; then
            _shellmate_words -l --lang --json -q --quiet -h --help
        fi
        ;;
    "log")
        case $prev in
        -n) return 0 ;;
        --search) return 0 ;;
        --session) return 0 ;;
        esac
        if [[ $cur == -* ]]; then
            _shellmate_words -n --search --session --sessions --json --clear -h --help
        fi
        ;;
    "model")
        if [[ $cur == -* ]]; then
            _shellmate_words -h --help
        elif (( COMP_CWORD == 2 )); then
            _shellmate_words list path pull rm verify
        fi
        ;;
    "model list")
        if [[ $cur == -* ]]; then
            _shellmate_words --json -h --help
        fi
        ;;
    "model path")
        if [[ $cur == -* ]]; then
            _shellmate_words -h --help
        elif (( place == 3 )); then
            _shellmate_names installed "$prev"
            _shellmate_files
        fi
        ;;
    "model pull")
        if [[ $cur == -* ]]; then
            _shellmate_words --offline --no-prime -q --quiet -h --help
        else
            _shellmate_names models "$prev"
        fi
        ;;
    "model rm")
        if [[ $cur == -* ]]; then
            _shellmate_words -y --yes -q --quiet -h --help
        elif (( place == 3 )); then
            _shellmate_names installed "$prev"
        fi
        ;;
    "model verify")
        if [[ $cur == -* ]]; then
            _shellmate_words -q --quiet -h --help
        elif (( place == 3 )); then
            _shellmate_names installed "$prev"
            _shellmate_files
        fi
        ;;
    "prompt")
        if [[ $cur == -* ]]; then
            _shellmate_words -h --help
        elif (( COMP_CWORD == 2 )); then
            _shellmate_words edit list show
        fi
        ;;
    "prompt edit")
        if [[ $cur == -* ]]; then
            _shellmate_words -h --help
        elif (( place == 3 )); then
            _shellmate_names prompts "$prev"
        fi
        ;;
    "prompt list")
        if [[ $cur == -* ]]; then
            _shellmate_words -h --help
        fi
        ;;
    "prompt show")
        if [[ $cur == -* ]]; then
            _shellmate_words -h --help
        elif (( place == 3 )); then
            _shellmate_names prompts "$prev"
        fi
        ;;
    "repl")
        case $prev in
        --session) _shellmate_names sessions "$prev"; return 0 ;;
        -l | --lang) _shellmate_words auto shell python; return 0 ;;
        -m | --model) _shellmate_names usable "$prev"; _shellmate_files; return 0 ;;
        -p | --prompt) _shellmate_names prompts "$prev"; return 0 ;;
        --effort) _shellmate_words fast balanced careful; return 0 ;;
        --max-tokens) return 0 ;;
        --temperature) return 0 ;;
        --seed) return 0 ;;
        --ctx) return 0 ;;
        --threads) return 0 ;;
        --color) _shellmate_words auto always never; return 0 ;;
        esac
        if [[ $cur == -* ]]; then
            _shellmate_words -c --continue --session -l --lang --sh --py -m --model -p --prompt --effort --max-tokens --temperature --seed --ctx --threads --color -q --quiet -v --verbose -h --help
        fi
        ;;
    "serve")
        case $prev in
        --tcp) return 0 ;;
        --idle) return 0 ;;
        -m | --model) _shellmate_names usable "$prev"; _shellmate_files; return 0 ;;
        --ctx) return 0 ;;
        --threads) return 0 ;;
        esac
        if [[ $cur == -* ]]; then
            _shellmate_words --detach --tcp --web --i-know --idle --exit-when-idle --print-systemd -m --model --ctx --threads -v --verbose -h --help
        fi
        ;;
    "status")
        if [[ $cur == -* ]]; then
            _shellmate_words --json --socket -q --quiet -h --help
        fi
        ;;
    "stop")
        if [[ $cur == -* ]]; then
            _shellmate_words -h --help
        fi
        ;;
    esac
    return 0
}

complete -o bashdefault -o default -F _shellmate shellmate
