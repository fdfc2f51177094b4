# shellmate: a key turns the words on the command line into a command. Nothing is run.
if [[ ${BASH_VERSINFO[0]:-0} -lt 4 ]]; then
    echo "shellmate: the key needs bash 4 or later, this is ${BASH_VERSION:-no bash}; on macOS: brew install bash" >&2
elif [[ $- == *i* ]]; then

    _shellmate_lines=() _shellmate_at=0 _shellmate_line='' _shellmate_event=''

    _shellmate_widget() {
        local last_status=$? saved_trap reply='' item event status=0 interrupted=
        event=$(HISTTIMEFORMAT='' builtin history 1) # behind another command a line is another, even if it reads the same
        # Without a trap Ctrl-C would throw bash out of this function, and the line away. Not ignored: it has to end
        # shellmate, and where that has not begun yet its answer does not count.
        saved_trap=$(trap -p INT)
        trap 'interrupted=yes' INT
        # By `[`, which heeds the case whatever nocasematch says.
        if [ "${#_shellmate_lines[@]}" -gt 0 ] && [ "$READLINE_LINE$event" = "$_shellmate_line$_shellmate_event" ]; then
            _shellmate_show "$(((_shellmate_at + 1) % ${#_shellmate_lines[@]}))"
        elif [[ $READLINE_LINE == *[![:space:]]* ]]; then
            reply=$(_shellmate_ask "$last_status") || status=$?
            if [[ -n $interrupted || $status -eq 4 || $status -eq 130 ]]; then
                : # it was cut short, or has said why not
            elif [[ $status -ne 0 || -z $reply ]]; then
                _shellmate_complain "$status" || :
            else
                _shellmate_lines=() _shellmate_event=$event
                while IFS= read -r -d $'\036' item; do
                    _shellmate_lines+=("$item")
                done <<<"$reply"
                [[ ${#_shellmate_lines[@]} -eq 0 ]] || _shellmate_show 0
            fi
        fi
        eval "${saved_trap:-trap - INT}"
    }

    # What was there before, its names, and the words before and behind the cursor to shellmate; it shows what it does on the terminal.
    _shellmate_ask() {
        # bash counts characters; in the C locale it counts bytes, as readline does there.
        {
            printf '%s\0' "$1" "$(builtin compgen -a -A function)" \
                "${READLINE_LINE:0:READLINE_POINT}" "${READLINE_LINE:READLINE_POINT}"
            HISTTIMEFORMAT='' builtin fc -ln -@HISTORY@
        } 2>/dev/null | @PROGRAM@ __line --shell bash@OPTIONS@ 2>/dev/null
    }

    # Where shellmate could not say itself what is wrong, until a key is pressed or for a while.
    _shellmate_complain() {
        local text="shellmate ended with status $1; try: shellmate doctor" count=0
        if [[ ${TERM:-dumb} == dumb ]]; then
            printf '\r\n%s\r\n' "$text"
            return
        fi
        printf '\r\e[K\e[2m%s\e[0m' "${text:0:${COLUMNS:-80}-1}"
        until read -r -t 0 || [[ $((count += 1)) -gt 40 ]]; do command sleep 0.1; done
        printf '\r\e[K'
    } 2>/dev/null </dev/tty >/dev/tty

    # The line of that number. Behind the last alternative come the words themselves.
    _shellmate_show() {
        local before=${_shellmate_lines[$1]%%$'\037'*}
        _shellmate_at=$1
        READLINE_LINE=$before${_shellmate_lines[$1]#*$'\037'}
        READLINE_POINT=${#before}
        _shellmate_line=$READLINE_LINE
    }

    # `shellmate fix` is told of the last command and its status, by the environment of that one process. What
    # `shellmate -r` has run is told in a file, and goes into the history.
    shellmate() {
        # shellcheck disable=SC2319  # the status of what was run before
        local last_status=$? argument file line
        if [ "${1-}" != fix ]; then
            for argument in "$@"; do
                case $argument in
                    --) break ;;
                    --run | -r | -[!-]*r*)
                        file=$(command mktemp "${TMPDIR:-/tmp}/shellmate-XXXXXX") || break
                        SHELLMATE_RAN=$file @PROGRAM@ "$@"
                        last_status=$?
                        if [ -s "$file" ]; then
                            # The first -s takes the line away that it is called from.
                            line=$(HISTTIMEFORMAT='' builtin history 1)
                            builtin history -s -- "${line#*[0-9]  }"
                            builtin history -s -- "$(<"$file")"
                        fi
                        command rm -f -- "$file"
                        return "$last_status"
                        ;;
                esac
            done
            @PROGRAM@ "$@"
            return
        fi
        SHELLMATE_LAST_STATUS=$last_status \
            SHELLMATE_LAST_COMMANDS=$(HISTTIMEFORMAT='' builtin fc -ln -3 2>/dev/null || builtin fc -ln -1) @PROGRAM@ "$@"
    }

    # $1 the key as bind writes it, $2 its name for people.
    _shellmate_bind() {
        local keymap force=@FORCE@
        if [ "$force" != yes ] && [ -n "$(_shellmate_find_binding "\"$1\": ")" ]; then
            echo "shellmate: $2 is bound already; set SHELLMATE_KEY to another key, or give init --force" >&2
            return
        fi
        for keymap in emacs-standard vi-insert vi-command; do
            bind -m "$keymap" -x "\"$1\": _shellmate_widget"
        done
    }

    # What the user has bound to a key, in a subshell. Functions take bash 4 ms a keymap to list, so they are looked
    # at only where readline has a file of the user's, or bash one that binds something.
    _shellmate_find_binding() {
        local keymap bound='' lines=() binds=no
        shopt -u nocasematch
        [ ! -r "${HOME-}/.bashrc" ] || mapfile -t lines <"${HOME-}/.bashrc"
        if [[ -e ${INPUTRC:-${HOME-}/.inputrc} || ${lines[*]-} == *bind\ * ]]; then binds=yes; fi
        for keymap in emacs-standard vi-insert vi-command; do
            bound+=$'\n'$(
                bind -m "$keymap" -X
                bind -m "$keymap" -s
            )
            [ "$binds" = no ] || bound+=$'\n'$(bind -m "$keymap" -p)
        done 2>/dev/null
        bound=${bound//"$1\"_shellmate_widget\""/}
        [[ $bound != *$'\n'"$1"* ]] || echo taken
    }

    # TAB. The file $1 is read when it is first asked for; 124 has bash look again.
    _shellmate_complete() {
        _shellmate_completions=$1
        complete -o bashdefault -o default -F _shellmate_load_completions shellmate
    }

    _shellmate_load_completions() {
        # shellcheck source=/dev/null
        . "$_shellmate_completions" 2>/dev/null && return 124
    }

    @BIND@
    @COMPLETE@
fi
