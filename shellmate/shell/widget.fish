# shellmate: a key turns the words on the command line into a command. Nothing is run.
if status is-interactive

    set -g _shellmate_places
    set -g _shellmate_lines
    set -g _shellmate_at 0
    set -g _shellmate_line
    set -g _shellmate_event
    set -g _shellmate_status 0

    function _shellmate_widget
        set -l last_status $status
        # split0 keeps line feeds, where a command substitution by itself would split at them.
        set -l line (commandline | string split0)
        if set -q _shellmate_lines[1]; and test "$line$history[1]" = "$_shellmate_line$_shellmate_event"
            _shellmate_show (math $_shellmate_at % (count $_shellmate_lines) + 1)
        else if string match -qr '\S' -- "$line"
            set -l reply (_shellmate_ask $last_status | string split0)
            if set -q reply[1]
                set -g _shellmate_event $history[1]
                set -g _shellmate_places $reply[(seq 1 2 (count $reply))]
                set -g _shellmate_lines $reply[(seq 2 2 (count $reply))]
                _shellmate_show 1
            else if not contains $_shellmate_status 4 130
                _shellmate_complain $_shellmate_status
            end
        end
        commandline -f repaint
    end

    # What was there before, its names, the cursor's place and the line to shellmate; it shows what it does on the terminal.
    function _shellmate_ask
        begin
            begin
                printf '%s\0' $argv[1]
                functions --names --all
                printf '\0%s\0' (commandline -C)
                commandline
                printf '\0'
                builtin history search -z --max=@HISTORY@
            end | command env @NAME@ __line --shell fish@OPTIONS@ # fish itself would not be quiet where it is gone
        end 2>/dev/null
        set -g _shellmate_status $status
    end

    # Where shellmate could not say itself what is wrong: until a key is pressed, which only bash can tell, or for a while.
    function _shellmate_complain
        set -l text "shellmate ended with status $argv[1]; try: shellmate doctor"
        if test "$TERM" = dumb
            printf '\r\n%s\r\n' $text >/dev/tty
            return
        end
        printf '\eD\e[A\e7\e[B\r\e[K\e[2m%s\e[0m\e8' (string sub -l (math $COLUMNS - 1) -- $text) >/dev/tty
        if command -q bash
            command bash -c 'for n in {1..40}; do read -r -t 0 && break; sleep 0.1; done' </dev/tty
        else
            command sleep 2
        end
        printf '\e7\e[B\r\e[K\e8' >/dev/tty
    end

    # The line of that number. Behind the last alternative come the words themselves.
    function _shellmate_show
        set -g _shellmate_at $argv[1]
        commandline -r -- $_shellmate_lines[$argv[1]]
        commandline -C -- $_shellmate_places[$argv[1]]
        set -g _shellmate_line (commandline | string split0)
    end

    # `shellmate fix` is told of the last command and its status, by the environment of that one process. What
    # `shellmate -r` has run is told in a file, and goes into the history.
    function shellmate
        set -l last_status $status
        if test "$argv[1]" != fix
            if string match -qr -- '^(--run|-[^-]*r.*|-r)$' $argv
                set -l file (command mktemp)
                SHELLMATE_RAN=$file @PROGRAM@ $argv
                set last_status $status
                test -s $file; and _shellmate_remember (string collect <$file)
                command rm -f -- $file
                return $last_status
            end
            @PROGRAM@ $argv
            return
        end
        set -l commands (builtin history search -z --max=3 | string split0)
        SHELLMATE_LAST_STATUS=$last_status SHELLMATE_LAST_COMMANDS=(string join \x1e -- $commands[-1..1] | string collect) \
            @PROGRAM@ $argv
    end

    # Adds a command to the history: fish 4 has a way to, for fish 3 it is written into the file, behind what this shell
    # has yet to write.
    function _shellmate_remember
        set -q fish_private_mode; and return
        if string match -qr '^[4-9]|^\d\d' -- $version
            builtin history append -- $argv[1]
            return
        end
        set -l session fish
        set -q fish_history; and test "$fish_history" != default; and set session $fish_history
        set -l data $XDG_DATA_HOME ~/.local/share
        set -l file $data[1]/fish/{$session}_history
        test -n "$session"; or return
        set -l escaped (string replace -a '\\' '\\\\' -- $argv[1] | string collect)
        builtin history save
        printf '%s cmd: %s\n  when: %s\n' - (string replace -a \n '\n' -- $escaped) (command date +%s) >>$file
        builtin history merge
    end

    # $argv[1] the key as bind writes it, $argv[2] its name for people.
    function _shellmate_bind
        set -l force @FORCE@
        set -l modes default insert
        for mode in $modes
            if test $force != yes; and bind -M $mode -- $argv[1] >/dev/null 2>&1
                echo "shellmate: $argv[2] is bound already; set SHELLMATE_KEY to another key, or give init --force" >&2
                return
            end
        end
        for mode in $modes
            bind -M $mode -- $argv[1] _shellmate_widget
        end
    end

    # TAB, by the file $argv[1]: fish looks into its folder when it is first asked for.
    function _shellmate_complete
        set -l folder (string replace -r '/[^/]*$' '' -- $argv[1])
        if not contains -- $folder $fish_complete_path
            set -g fish_complete_path $folder $fish_complete_path
        end
    end

    @BIND@
    @COMPLETE@
end
