# Completes shellmate in fish. Made from the commands by `make docs`.

# Whether the line is about the command of these words; with no words, whether it is a question.
function __shellmate_at
    set -l words (commandline -opc)
    set -l command
    if contains -- "$words[2]" bench cache config digest doctor explain fix index init judge log model prompt repl serve status stop
        set command $words[2]
        if contains -- "$words[2] $words[3]" "cache clear" "cache info" "cache prime" "config get" "config list" "config path" "config set" "model list" "model path" "model pull" "model rm" "model verify" "prompt edit" "prompt list" "prompt show"
            set command "$words[2] $words[3]"
        end
    end
    test "$command" = "$argv"
end

# Whether the word at the cursor is the one of that number; options and shellmate itself are not counted.
function __shellmate_place
    test (count (string match -v -- '-*' (commandline -opc))) -eq $argv[1]
end

function __shellmate_first
    test (count (commandline -opc)) -eq 1
end

# The names of a list that only shellmate knows, for the word before.
function __shellmate_names
    set -l words (commandline -opc)
    set -l program shellmate # rather than an alias, or a function of that name
    if string match -q '*/*' -- $words[1]
        set program (string replace -r '^~/' "$HOME/" -- $words[1])
    end
    env _SHELLMATE_COMPLETE=$argv[1] $program $words[-1] 2>/dev/null </dev/null
end

complete -c shellmate -f
complete -c shellmate -n 'not __shellmate_first; and __shellmate_at' -F

complete -c shellmate -n '__shellmate_at; and __shellmate_first' -a bench -d 'Measure this machine: tokens a second, starts, memory, and how much code runs'
complete -c shellmate -n '__shellmate_at; and __shellmate_first' -a cache -d 'The kept KV states of prompts: look, prime, clear'
complete -c shellmate -n '__shellmate_at; and __shellmate_first' -a config -d 'The settings'
complete -c shellmate -n '__shellmate_at; and __shellmate_first' -a digest -d 'Print what the model would be told about stdin'
complete -c shellmate -n '__shellmate_at; and __shellmate_first' -a doctor -d 'Say what is wrong with this installation, and the command that mends it'
complete -c shellmate -n '__shellmate_at; and __shellmate_first' -a explain -d 'Say what each part of a command does'
complete -c shellmate -n '__shellmate_at; and __shellmate_first' -a fix -d 'Print the last command as it was meant'
complete -c shellmate -n '__shellmate_at; and __shellmate_first' -a index -d 'What is known of the options of this machine\'s programs'
complete -c shellmate -n '__shellmate_at; and __shellmate_first' -a init -d 'Print the code that binds the key and completes at TAB, for a shell\'s startup file'
complete -c shellmate -n '__shellmate_at; and __shellmate_first' -a judge -d 'Say whether a command is safe, needs caution, or is dangerous, and why'
complete -c shellmate -n '__shellmate_at; and __shellmate_first' -a log -d 'Show past questions and answers, the newest at the bottom'
complete -c shellmate -n '__shellmate_at; and __shellmate_first' -a model -d 'Models: list, fetch, verify, locate and remove them'
complete -c shellmate -n '__shellmate_at; and __shellmate_first' -a prompt -d 'What the model is told before the question: list, show, edit'
complete -c shellmate -n '__shellmate_at; and __shellmate_first' -a repl -d 'Talk with the model: each answer knows the ones before it'
complete -c shellmate -n '__shellmate_at; and __shellmate_first' -a serve -d 'Keep the model and its primed prompts in memory, behind a unix socket'
complete -c shellmate -n '__shellmate_at; and __shellmate_first' -a status -d 'Say which resident engines run: exit 0 where there is one, else 1'
complete -c shellmate -n '__shellmate_at; and __shellmate_first' -a stop -d 'End all resident engines of yours, and give back their memory'
complete -c shellmate -n '__shellmate_at' -s l -l lang -x -a 'auto shell python' -d 'What to write; auto lets the model choose. [auto]'
complete -c shellmate -n '__shellmate_at' -l sh -d 'The same as --lang shell'
complete -c shellmate -n '__shellmate_at' -l py -d 'The same as --lang python'
complete -c shellmate -n '__shellmate_at' -s n -x -d 'N distinct alternatives, best first'
complete -c shellmate -n '__shellmate_at' -s x -l explain -d 'After the code, say what each part does'
complete -c shellmate -n '__shellmate_at' -s r -l run -d 'Show the code, ask on the terminal, run it on what was piped in'
complete -c shellmate -n '__shellmate_at' -l sandbox -d 'Run it without network, on a copy of this folder; say what it changed'
complete -c shellmate -n '__shellmate_at' -s c -l continue -d 'Go on from the last answer given in this terminal'
complete -c shellmate -n '__shellmate_at' -l session -x -a '(__shellmate_names sessions)' -d 'Go on in the session of that name, or begin it'
complete -c shellmate -n '__shellmate_at' -s m -l model -r -F -a '(__shellmate_names usable)' -d 'The model: a name from `shellmate model list`, a GGUF file, or auto for the best that is here. [qwen2.5-coder-0.5b]'
complete -c shellmate -n '__shellmate_at' -s p -l prompt -x -a '(__shellmate_names prompts)' -d 'The prompt: a name from `shellmate prompt list`; by default the language\'s own'
complete -c shellmate -n '__shellmate_at' -l effort -x -a 'fast balanced careful' -d 'How long to look for a command: fast takes the first, the others choose among several. [balanced]'
complete -c shellmate -n '__shellmate_at' -l json -d 'One JSON object on stdout'
complete -c shellmate -n '__shellmate_at' -l max-tokens -x -d 'The longest answer, in tokens. [512]'
complete -c shellmate -n '__shellmate_at' -l temperature -x -d '0 takes the likeliest token; higher varies'
complete -c shellmate -n '__shellmate_at' -l seed -x -d 'The seed for a temperature above 0'
complete -c shellmate -n '__shellmate_at' -l ctx -x -d 'The context in tokens, 0 as needed; prompts take up to 4,300'
complete -c shellmate -n '__shellmate_at' -l threads -x -d 'Threads to compute with; 0 takes the physical cores'
complete -c shellmate -n '__shellmate_at' -l timeout -x -d 'Give up after so many seconds; 0 never does'
complete -c shellmate -n '__shellmate_at' -l color -x -a 'auto always never' -d 'Colour the code. [auto]'
complete -c shellmate -n '__shellmate_at' -l offline -d 'Never touch the network'
complete -c shellmate -n '__shellmate_at' -l no-config -d 'Read no configuration, neither file nor variables'
complete -c shellmate -n '__shellmate_at' -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c shellmate -n '__shellmate_at' -s v -l verbose -d 'Timings, stdin\'s digest on stderr; -vv llama.cpp\'s log, tracebacks'
complete -c shellmate -n '__shellmate_at' -l version -d 'Show the version and exit'
complete -c shellmate -n '__shellmate_at' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at bench' -F -a '(__shellmate_names installed)'
complete -c shellmate -n '__shellmate_at bench' -l threads -x -d 'Numbers of threads, as 1,2,4 or 1-4 [1 to the physical cores]'
complete -c shellmate -n '__shellmate_at bench' -l runs -x -d 'Runs of each measurement [3]'
complete -c shellmate -n '__shellmate_at bench' -l quick -d 'Ask no questions: only speed, starts and memory'
complete -c shellmate -n '__shellmate_at bench' -l json -d 'One JSON object on stdout'
complete -c shellmate -n '__shellmate_at bench' -l plot -r -F -d 'Draw the figures into an SVG file as well'
complete -c shellmate -n '__shellmate_at bench' -l write -d 'Set what is suggested, instead of printing the commands for it'
complete -c shellmate -n '__shellmate_at bench' -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c shellmate -n '__shellmate_at bench' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at cache; and __shellmate_place 2' -a clear -d 'Forget all states'
complete -c shellmate -n '__shellmate_at cache; and __shellmate_place 2' -a info -d 'Where the store is and what it holds'
complete -c shellmate -n '__shellmate_at cache; and __shellmate_place 2' -a prime -d 'Evaluate prompts in advance, so that the first question is as quick as the second'
complete -c shellmate -n '__shellmate_at cache' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at cache clear' -s y -l yes -d 'Do not ask'
complete -c shellmate -n '__shellmate_at cache clear' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at cache info' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at cache prime' -a '(__shellmate_names prompts)'
complete -c shellmate -n '__shellmate_at cache prime' -s m -l model -r -F -a '(__shellmate_names models)' -d 'Prime for another model'
complete -c shellmate -n '__shellmate_at cache prime' -s q -l quiet -d 'Say nothing but errors'
complete -c shellmate -n '__shellmate_at cache prime' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at config; and __shellmate_place 2' -a get -d 'Print a setting\'s value'
complete -c shellmate -n '__shellmate_at config; and __shellmate_place 2' -a list -d 'Every setting with its value, its variable and what it is for'
complete -c shellmate -n '__shellmate_at config; and __shellmate_place 2' -a path -d 'Print the path of the configuration file'
complete -c shellmate -n '__shellmate_at config; and __shellmate_place 2' -a set -d 'Set a value in the configuration file'
complete -c shellmate -n '__shellmate_at config' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at config get; and __shellmate_place 3' -a '(__shellmate_names settings)'
complete -c shellmate -n '__shellmate_at config get' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at config list' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at config path' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at config set; and __shellmate_place 3' -a '(__shellmate_names settings)'
complete -c shellmate -n '__shellmate_at config set; and __shellmate_place 4' -a '(__shellmate_names values)'
complete -c shellmate -n '__shellmate_at config set' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at digest' -l json -d 'One JSON object: kind, text, names, left_out'
complete -c shellmate -n '__shellmate_at digest' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at doctor' -l deep -d 'Also read all bytes of the model and its states, and time an answer'
complete -c shellmate -n '__shellmate_at doctor' -l json -d 'One JSON object on stdout'
complete -c shellmate -n '__shellmate_at doctor' -s q -l quiet -d 'Print only what is broken, or a warning'
complete -c shellmate -n '__shellmate_at doctor' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at explain' -l json -d 'One JSON object: command, parts, prose, danger, hits, undoable'
complete -c shellmate -n '__shellmate_at explain' -l no-prose -d 'Only the parts; no model is loaded'
complete -c shellmate -n '__shellmate_at explain' -s m -l model -r -F -a '(__shellmate_names usable)' -d 'The model: a name from `shellmate model list`, a GGUF file, or auto for the best that is here. [qwen2.5-coder-0.5b]'
complete -c shellmate -n '__shellmate_at explain' -l color -x -a 'auto always never' -d 'Colour the code. [auto]'
complete -c shellmate -n '__shellmate_at explain' -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c shellmate -n '__shellmate_at explain' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at fix' -l command -x -d 'The command; by default the last one, which the shell tells'
complete -c shellmate -n '__shellmate_at fix' -l status -x -d 'Its exit status'
complete -c shellmate -n '__shellmate_at fix' -l screen -d 'Have `shellmate fix` read off tmux\'s screen what the command printed'
complete -c shellmate -n '__shellmate_at fix' -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c shellmate -n '__shellmate_at fix' -s v -l verbose -d 'Timings on stderr'
complete -c shellmate -n '__shellmate_at fix' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at index' -l clear -d 'Forget all pages; they are read again when they are needed'
complete -c shellmate -n '__shellmate_at index' -l json -d 'One JSON object on stdout'
complete -c shellmate -n '__shellmate_at index' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at init; and __shellmate_place 2' -a 'bash zsh fish'
complete -c shellmate -n '__shellmate_at init' -l key -x -d 'The key that turns words into a command; empty binds none. [alt-m]'
complete -c shellmate -n '__shellmate_at init' -l force -d 'Take the key even where something is bound to it'
complete -c shellmate -n '__shellmate_at init' -l keep-comment -d 'Keep the words behind the command, as a comment'
complete -c shellmate -n '__shellmate_at init' -l history -x -d 'How many commands of the history a key press tells of, but the last'
complete -c shellmate -n '__shellmate_at init' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at judge' -s l -l lang -x -a 'auto shell python' -d 'What it is written in'
complete -c shellmate -n '__shellmate_at judge' -l json -d 'One JSON object: {"level": ..., "reasons": [...]}'
complete -c shellmate -n '__shellmate_at judge' -s q -l quiet -d 'Say nothing; the exit status tells danger'
complete -c shellmate -n '__shellmate_at judge' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at log' -s n -x -d 'The last N; 0 is all. [20]'
complete -c shellmate -n '__shellmate_at log' -l search -x -d 'Only answers with TEXT in words, code or explanation, in any case'
complete -c shellmate -n '__shellmate_at log' -l session -x -d 'Only the answers of one session'
complete -c shellmate -n '__shellmate_at log' -l sessions -d 'List the sessions instead of the answers'
complete -c shellmate -n '__shellmate_at log' -l json -d 'One JSON object a line'
complete -c shellmate -n '__shellmate_at log' -l clear -d 'Delete all that is kept, without asking'
complete -c shellmate -n '__shellmate_at log' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at model; and __shellmate_place 2' -a list -d 'List the models that have a name'
complete -c shellmate -n '__shellmate_at model; and __shellmate_place 2' -a path -d 'Print where a model\'s file is'
complete -c shellmate -n '__shellmate_at model; and __shellmate_place 2' -a pull -d 'Fetch models and prime the prompts for them'
complete -c shellmate -n '__shellmate_at model; and __shellmate_place 2' -a rm -d 'Remove a model\'s file'
complete -c shellmate -n '__shellmate_at model; and __shellmate_place 2' -a verify -d 'Check a model\'s bytes against its SHA-256'
complete -c shellmate -n '__shellmate_at model' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at model list' -l json -d 'Print a JSON array'
complete -c shellmate -n '__shellmate_at model list' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at model path; and __shellmate_place 3' -F -a '(__shellmate_names installed)'
complete -c shellmate -n '__shellmate_at model path' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at model pull' -a '(__shellmate_names models)'
complete -c shellmate -n '__shellmate_at model pull' -l offline -d 'Only from copies on this machine'
complete -c shellmate -n '__shellmate_at model pull' -l no-prime -d 'Leave the prompts to be primed by the first question'
complete -c shellmate -n '__shellmate_at model pull' -s q -l quiet -d 'Say nothing unless it fails'
complete -c shellmate -n '__shellmate_at model pull' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at model rm; and __shellmate_place 3' -a '(__shellmate_names installed)'
complete -c shellmate -n '__shellmate_at model rm' -s y -l yes -d 'Do not ask'
complete -c shellmate -n '__shellmate_at model rm' -s q -l quiet -d 'Say nothing unless it fails'
complete -c shellmate -n '__shellmate_at model rm' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at model verify; and __shellmate_place 3' -F -a '(__shellmate_names installed)'
complete -c shellmate -n '__shellmate_at model verify' -s q -l quiet -d 'Say nothing unless it fails'
complete -c shellmate -n '__shellmate_at model verify' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at prompt; and __shellmate_place 2' -a edit -d 'Edit your own copy of a prompt in $EDITOR'
complete -c shellmate -n '__shellmate_at prompt; and __shellmate_place 2' -a list -d 'The prompts there are'
complete -c shellmate -n '__shellmate_at prompt; and __shellmate_place 2' -a show -d 'Print a prompt\'s file'
complete -c shellmate -n '__shellmate_at prompt' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at prompt edit; and __shellmate_place 3' -a '(__shellmate_names prompts)'
complete -c shellmate -n '__shellmate_at prompt edit' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at prompt list' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at prompt show; and __shellmate_place 3' -a '(__shellmate_names prompts)'
complete -c shellmate -n '__shellmate_at prompt show' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at repl' -s c -l continue -d 'Go on from the last answer given in this terminal'
complete -c shellmate -n '__shellmate_at repl' -l session -x -a '(__shellmate_names sessions)' -d 'Go on in the session of that name, or begin it'
complete -c shellmate -n '__shellmate_at repl' -s l -l lang -x -a 'auto shell python' -d 'What to write; auto lets the model choose. [auto]'
complete -c shellmate -n '__shellmate_at repl' -l sh -d 'The same as --lang shell'
complete -c shellmate -n '__shellmate_at repl' -l py -d 'The same as --lang python'
complete -c shellmate -n '__shellmate_at repl' -s m -l model -r -F -a '(__shellmate_names usable)' -d 'The model: a name from `shellmate model list`, a GGUF file, or auto for the best that is here. [qwen2.5-coder-0.5b]'
complete -c shellmate -n '__shellmate_at repl' -s p -l prompt -x -a '(__shellmate_names prompts)' -d 'The prompt: a name from `shellmate prompt list`; by default the language\'s own'
complete -c shellmate -n '__shellmate_at repl' -l effort -x -a 'fast balanced careful' -d 'How long to look for a command: fast takes the first, the others choose among several. [balanced]'
complete -c shellmate -n '__shellmate_at repl' -l max-tokens -x -d 'The longest answer, in tokens. [512]'
complete -c shellmate -n '__shellmate_at repl' -l temperature -x -d '0 takes the likeliest token; higher varies'
complete -c shellmate -n '__shellmate_at repl' -l seed -x -d 'The seed for a temperature above 0'
complete -c shellmate -n '__shellmate_at repl' -l ctx -x -d 'The context in tokens, 0 as needed; prompts take up to 4,300'
complete -c shellmate -n '__shellmate_at repl' -l threads -x -d 'Threads to compute with; 0 takes the physical cores'
complete -c shellmate -n '__shellmate_at repl' -l color -x -a 'auto always never' -d 'Colour the code. [auto]'
complete -c shellmate -n '__shellmate_at repl' -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c shellmate -n '__shellmate_at repl' -s v -l verbose -d '-vv: llama.cpp\'s log, tracebacks'
complete -c shellmate -n '__shellmate_at repl' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at serve' -l detach -d 'Go on in the background, and return when it answers'
complete -c shellmate -n '__shellmate_at serve' -l tcp -x -d 'Listen there as well, for whoever has the token'
complete -c shellmate -n '__shellmate_at serve' -l web -d 'Show a page for a browser, at --tcp or 127.0.0.1:8080'
complete -c shellmate -n '__shellmate_at serve' -l i-know -d 'Allow --tcp an address that others can reach'
complete -c shellmate -n '__shellmate_at serve' -l idle -x -d 'Seconds without a question until the resident model is given back. [600.0]'
complete -c shellmate -n '__shellmate_at serve' -l exit-when-idle -d 'End then, instead of only giving back the model\'s memory'
complete -c shellmate -n '__shellmate_at serve' -l print-systemd -d 'Print units with socket activation, and do nothing else'
complete -c shellmate -n '__shellmate_at serve' -s m -l model -r -F -a '(__shellmate_names usable)' -d 'The model: a name from `shellmate model list`, a GGUF file, or auto for the best that is here. [qwen2.5-coder-0.5b]'
complete -c shellmate -n '__shellmate_at serve' -l ctx -x -d 'The context in tokens, 0 as needed; prompts take up to 4,300'
complete -c shellmate -n '__shellmate_at serve' -l threads -x -d 'Threads to compute with; 0 takes the physical cores'
complete -c shellmate -n '__shellmate_at serve' -s v -l verbose -d '-vv: llama.cpp\'s log, tracebacks'
complete -c shellmate -n '__shellmate_at serve' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at status' -l json -d 'One JSON object a line'
complete -c shellmate -n '__shellmate_at status' -l socket -d 'Print only where the configured model listens'
complete -c shellmate -n '__shellmate_at status' -s q -l quiet -d 'Print nothing'
complete -c shellmate -n '__shellmate_at status' -s h -l help -d 'Show this message and exit'

complete -c shellmate -n '__shellmate_at stop' -s h -l help -d 'Show this message and exit'
