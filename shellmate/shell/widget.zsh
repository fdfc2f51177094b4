# shellmate: a key turns the words on the command line into a command. Nothing is run.
if [[ -o interactive ]]; then

typeset -ga _shellmate_lines=()
typeset -gi _shellmate_at=0
typeset -g _shellmate_line= _shellmate_event=

_shellmate_widget() {
    local last_status=$? comments=--no-comments
    [[ ! -o interactive_comments ]] || comments=
    emulate -L zsh
    # Without a trap Ctrl-C would throw the line away. Not ignored: it has to end shellmate, and where that has not begun
    # yet its answer does not count.
    local interrupted=
    trap 'interrupted=yes' INT
    local reply code cursor=$CURSOR before=$LBUFFER after=$RBUFFER
    if (( $#_shellmate_lines )) && [[ $BUFFER$HISTCMD == "$_shellmate_line$_shellmate_event" ]]; then
        _shellmate_show $(( _shellmate_at % $#_shellmate_lines + 1 ))
    elif [[ $BUFFER == *[^[:space:]]* ]]; then
        CURSOR=$#BUFFER  # what is shown meanwhile is shown below all of it
        zle -R
        reply=$(_shellmate_ask "$comments" $last_status "$before" "$after")
        code=$?
        if (( ! code )) && [[ -n $reply && -z $interrupted ]]; then
            zle split-undo
            _shellmate_event=$HISTCMD
            _shellmate_lines=("${(@ps:\036:)${reply%$'\036'}}")
            _shellmate_show 1
        else
            CURSOR=$cursor
            # It was cut short, has said why not, or could not say what is wrong.
            [[ -n $interrupted || $code == (4|130) ]] || _shellmate_complain $code
        fi
    fi
}

# Where shellmate could not say itself what is wrong, until a key is pressed or for a while.
_shellmate_complain() {
    local text="shellmate ended with status $1; try: shellmate doctor"
    if [[ ${TERM-dumb} == dumb ]]; then
        zle -I # what is printed stays, the line is drawn below it
        print -r -- "$text"
        return
    fi
    print -n -- "\eD\e[A\e7\e[B\r\e[K\e[2m${text[1,COLUMNS-1]}\e[0m\e8"
    zmodload zsh/zselect && zselect -t 400 -r 0
    print -n -- "\e7\e[B\r\e[K\e8"
} 2>/dev/null </dev/tty >/dev/tty

# What was there before, its names, and the words before and behind the cursor to shellmate; it shows what it does on the terminal.
_shellmate_ask() {
    {
        printf '%s\0' $2 "${(kF)aliases}"$'\n'"${(kF)functions}" "${@:3}"
        builtin fc -ln -@HISTORY@ 2>/dev/null
    } | @PROGRAM@ __line --shell zsh@OPTIONS@ $1 2>/dev/null
}

# The line of that number. Behind the last alternative come the words themselves.
_shellmate_show() {
    _shellmate_at=$1
    LBUFFER=${_shellmate_lines[$1]%%$'\037'*}
    RBUFFER=${_shellmate_lines[$1]#*$'\037'}
    _shellmate_line=$BUFFER
}

# `shellmate fix` is told of the last command and its status, by the environment of that one process. What `shellmate -r`
# has run is told in a file, and goes into the history.
shellmate() {
    local last_status=$? file
    if [[ ${1-} != fix ]]; then
        if [[ -n ${(M)${@[1,(i)--]}:#(--run|-r|-[^-]*r*)} ]] && file=$(command mktemp "${TMPDIR:-/tmp}/shellmate-XXXXXX"); then
            SHELLMATE_RAN=$file @PROGRAM@ "$@"
            last_status=$?
            [[ ! -s $file ]] || print -rs -- "$(<"$file")"
            command rm -f -- "$file"
            return $last_status
        fi
        @PROGRAM@ "$@"
        return
    fi
    SHELLMATE_LAST_STATUS=$last_status \
        SHELLMATE_LAST_COMMANDS=$(builtin fc -ln -3 2>/dev/null || builtin fc -ln -1) @PROGRAM@ "$@"
}

# A strategy of zsh-autosuggestions: ZSH_AUTOSUGGEST_STRATEGY=(history shellmate). The plugin runs it beside the line and
# ends it at the next key, and with it what the resident engine does for it.
_zsh_autosuggest_strategy_shellmate() {
    emulate -L zsh
    typeset -g suggestion=
    (( $#1 >= 4 )) && [[ $1 != *$'\n'* && ${SHELLMATE_RESIDENT-} != never ]] && zmodload zsh/net/socket || return 0
    local folder=${SHELLMATE_RUNTIME_DIR:-${XDG_RUNTIME_DIR:+$XDG_RUNTIME_DIR/shellmate}} line fd
    local -a recent
    : ${folder:=/tmp/shellmate-$UID}
    if [[ ! -O $folder ]] || ! zsocket $folder/current.sock 2>/dev/null; then
        recent=($folder/starting(Nms-30))
        if (( ! $#recent )) && [[ ${SHELLMATE_RESIDENT-} != use ]]; then
            command mkdir -p -m 700 -- $folder && [[ -O $folder ]] && print -n >| $folder/starting
            @PROGRAM@ serve --detach --exit-when-idle </dev/null &>/dev/null &!
        fi
        return 0
    fi
    fd=$REPLY
    print -rnu $fd -- "POST /shellmate/suggest HTTP/1.0"$'\r\n'"Content-Length: $(_shellmate_bytes "$1")"$'\r\n\r\n'"$1"
    read -ru $fd line
    if [[ $line == *' 200 '* ]]; then
        while read -ru $fd line && [[ $line != $'\r' ]]; do :; done
        read -rd '' -u $fd line
        [[ -z $line ]] || suggestion=$1$line
    fi
    exec {fd}>&-
}

_shellmate_bytes() {
    setopt localoptions no_multibyte
    print $#1
}

# $1 the key as bindkey writes it, $2 its name for people.
_shellmate_bind() {
    local keymap bound force=@FORCE@
    for keymap in emacs viins vicmd; do
        bound=${"$(bindkey -M $keymap -- "$1")"##*\" }
        if [[ $force != yes && $bound != (undefined-key|_shellmate_widget) ]]; then
            print -u2 -r -- "shellmate: $2 is bound to $bound; set SHELLMATE_KEY to another key, or give init --force"
            return
        fi
    done
    for keymap in emacs viins vicmd; do
        bindkey -M $keymap -- "$1" _shellmate_widget
    done
}

# TAB, by the file $1: a compinit that is yet to come finds it, one that has been does not look for it.
_shellmate_complete() {
    fpath=(${1:h} $fpath)
    if (( $+functions[compdef] )); then
        autoload -Uz _shellmate
        compdef _shellmate shellmate
    fi
}

@COMMENTS@
zle -N _shellmate_widget
@BIND@
@COMPLETE@
fi
