"""What a command does: what it runs in turn, what the rules say of it, and what it prints."""

import re
from collections.abc import Callable, Hashable
from itertools import dropwhile, takewhile
from posixpath import basename
from typing import Any

from shellmate.answer.judging.aliases import run_alias
from shellmate.answer.judging.assignments import find_in_assignment
from shellmate.answer.judging.builtin import BUILTINS
from shellmate.answer.judging.call import Call
from shellmate.answer.judging.effects import OVERWRITES, Effect, Effects, effects_of
from shellmate.answer.judging.filecopies import follow_files
from shellmate.answer.judging.findings import CAUTION, DANGER
from shellmate.answer.judging.interpreters import SHELL, SQL, Code, code_of
from shellmate.answer.judging.marks import FETCHED, UNKNOWN, is_unknown, reveal, shield
from shellmate.answer.judging.outputs import printed_by
from shellmate.answer.judging.programs import find_in_program
from shellmate.answer.judging.pythontext import PythonReader
from shellmate.answer.judging.reader import ShellReader
from shellmate.answer.judging.readings import evaluated_by
from shellmate.answer.judging.repeaters import FINDERS, calls_of, is_repeater
from shellmate.answer.judging.rules import find_by_rules
from shellmate.answer.judging.scripts import find_in_script, shell_commands_in
from shellmate.answer.judging.sqltext import find_in_sql
from shellmate.answer.judging.state import State
from shellmate.answer.judging.tables import programs
from shellmate.answer.judging.unheard import danger_within, is_unheard_of, runs_others
from shellmate.answer.judging.wrappers import is_wrapper, opens_shell, unwrap

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=")
_GLOBBED = re.compile(r"[*?]|\[[^\]]+\]")
_STATEMENTS = ("drop", "delete", "update", "alter")  # of SQL, as if it were a command
_DEEPEST = 30  # programs that run one another
_MOST_CALLS = 500  # of functions and aliases, in one judgement


class Commands:
    """Judges commands, whose findings go to the `reader` of the script they are in."""

    def __init__(self) -> None:
        self.reader = ShellReader(self)
        self._running: list[Hashable] = []  # functions and aliases
        self._decoded: set[str] = set()
        self._calls = 0
        self._uncalled: dict[str, tuple[Any, State]] = {}
        self._elsewhere = 0  # wrapped up in what runs commands on another machine
        self.effects = Effects()
        self._wrapped = 0

    def run(self, words: list[str], state: State, stdin: str | None) -> str:
        """What a command prints, all that it does being judged; `words` are shielded, its name being the first."""
        words = list(dropwhile(lambda word: _ASSIGNMENT.match(word), words))
        if not words:
            return ""
        name = reveal(words[0])
        if len(words) > 1 and _GLOBBED.search(basename(words[0])):
            self._run_unknown(name)
        if is_unknown(name) and (FETCHED in name or "/" not in name or is_unknown(basename(name))):
            return self._run_unknown(name)
        if is_wrapper(name):
            words = words[sum(1 for _ in takewhile(lambda word: word == words[0], words)) - 1 :]
        if name in state.aliases:
            return run_alias(self, words, state, stdin)
        return self.run_itself(words, state, stdin)

    def run_itself(self, words: list[str], state: State, stdin: str | None) -> str:
        """A command that is no alias: a function, a file that was written, or a program."""
        name = reveal(words[0])
        if name in state.functions:
            self._uncalled.pop(name, None)
            body = state.functions[name]
            return self.within(body.id, lambda: self._call(body, words[1:], state, stdin))
        if "/" in name and (script := state.written(name)) is not None:
            return self.read_code(Code(SHELL, script, tuple(words[1:])), state)
        program = basename(name).lstrip("=") or name
        if (script := state.installed(program)) is not None:
            self._run_installed(script, state)
        return self._run_program(Call(program, tuple(words[1:]), state, stdin))

    def _run_installed(self, script: str, state: State) -> None:
        """A program of that name may be there from before, and is often one that is downloaded as a whole."""
        if is_unknown(script):
            self.reader.find(CAUTION, "runs what it has downloaded or written, unseen")
        else:
            self.read_code(Code(SHELL, script), state)

    def _run_unknown(self, name: str) -> str:
        unknown = (CAUTION, "runs a command that is not known before")
        self.reader.find(*((DANGER, "runs what it downloads or decodes, unseen") if FETCHED in name else unknown))
        return UNKNOWN

    def within(self, key: Hashable, run: Callable[[], str]) -> str:
        """What is printed while a function or an alias is followed, which has that key: not into itself, and not
        without end."""
        self._calls += 1
        if self._calls == _MOST_CALLS:
            self.reader.find(CAUTION, "does too much to be judged")
        if key in self._running or self._calls >= _MOST_CALLS:
            return UNKNOWN
        self._running.append(key)
        try:
            return run()
        finally:
            self._running.pop()

    def define(self, name: str, body: Any, state: State) -> None:
        """Take notice of a function, which is judged where it is called."""
        state.functions[name] = body
        self._uncalled[name] = (body, state)

    def judge_uncalled(self) -> None:
        """Let the functions be judged that are only defined; what they will be given is not known."""
        while self._uncalled:
            name, (body, state) = self._uncalled.popitem()
            within = state.copy()
            within.functions.pop(name, None)
            self._running = [body.id]
            self._call(body, [UNKNOWN], within, None)
        self._running = []

    def _call(self, body: Any, arguments: list[str], state: State, stdin: str | None) -> str:
        before, state.arguments = state.arguments, tuple(arguments)
        printed = self.reader.run_body(body, state, stdin)
        state.arguments = before
        return printed

    def _run_program(self, call: Call) -> str:
        reader = self.reader
        shows = call.program in programs("showing") and not call.has("-P", "--pager")
        if shows or (call.program == "command" and call.has("-v", "-V")):
            return "\n".join(map(reveal, call.operands()))
        if call.asks_for_help and not runs_others(call.program):
            return UNKNOWN
        if call.program in BUILTINS:
            printed = BUILTINS[call.program](self, call)
            if printed is not None:
                return printed
        if call.program.lower() in _STATEMENTS:
            reader.findings += find_in_sql(f"{call.program} {call.text}")
        follow_files(call)
        for text in evaluated_by(call):
            reader.read(text, call.state.copy())
        reader.findings += find_by_rules(call)
        reader.findings += find_in_program(call)
        if not self._elsewhere:
            self.effects.note(*effects_of(call))
        self._elsewhere += call.program in programs("elsewhere")
        printed = self._run_inner(call)
        if is_unheard_of(call) and (reason := danger_within(call, Commands())):
            self.reader.find(CAUTION, f"may run a command that {reason}")
        self._elsewhere -= call.program in programs("elsewhere")
        return printed

    def _run_inner(self, call: Call) -> str:
        """What is printed by what a program runs in turn, or by itself."""
        state, reader = call.state, self.reader
        for code in code_of(call):
            self.read_code(code, state)
        self._assign_by(call)
        runs, printed = False, ""
        for wrapped in unwrap(call):
            runs = True
            if wrapped.text is None:
                printed += self._run_wrapped(list(wrapped.words), state, call.stdin)
            else:
                printed += reader.read(wrapped.text, state, call.stdin)
        if call.stdin is not None and opens_shell(call):
            self.read_code(Code(SHELL, call.stdin), state)
        since = len(self.effects)
        for inner in calls_of(call):
            self._run_wrapped(inner, state, None)
        if call.program in FINDERS and not self._elsewhere:
            self.effects.note_found(call, since)
        printed = printed if runs else printed_by(call)
        if call.program in ("base64", "xxd", "base32", "openssl") and not is_unknown(printed):
            self._decoded.add(printed.strip())
        return printed

    def _run_wrapped(self, words: list[str], state: State, stdin: str | None) -> str:
        if self._wrapped >= _DEEPEST:  # straight to the innermost one
            names = [at for at, word in enumerate(words) if is_wrapper(reveal(word)) or is_repeater(reveal(word))]
            words = words[names[-1] :] if names else words
        self._wrapped += 1
        try:
            return self.run(words, state, stdin)
        finally:
            self._wrapped -= 1

    def _assign_by(self, call: Call) -> None:
        """What variables are given in front of a command that another one runs."""
        for value in call.values if is_wrapper(call.program) else ():
            if found := _ASSIGNMENT.match(value):
                before, call.state.settled = call.state.settled, False
                call.state.assign(found[1], [value[found.end() :]])
                call.state.settled = before
                self.reader.findings += find_in_assignment(found[1], (value[found.end() :],), self.reader)

    def read_code(self, code: Code, state: State) -> str:
        """What code prints that an interpreter is handed, once it has been judged."""
        if FETCHED in code.text and code.language != SQL:
            self.reader.find(DANGER, "runs what it downloads or decodes, unseen")
            return UNKNOWN
        if code.text.strip() in self._decoded or any(len(text) > 3 and text in code.text for text in self._decoded):
            self.reader.find(DANGER, "runs what it decodes, unseen")
        if code.text.strip() == UNKNOWN and code.language != SQL:
            self.reader.find(CAUTION, "runs what is not known before")
            return UNKNOWN
        match code.language:
            case "shell":
                before, state.arguments = state.arguments, code.arguments
                printed = self.reader.read(code.text, state)
                state.arguments = before
                return printed
            case "python":
                self.read_python(code.text, state)
            case "script":
                self.reader.findings += find_in_script(code.text)
                for text in shell_commands_in(code.text):
                    self.reader.read(text, state)
            case _:
                self.reader.findings += find_in_sql(code.text)
        return UNKNOWN

    def read_python(self, text: str, state: State) -> None:
        """Let Python code be judged, with the commands that it runs."""
        python = PythonReader(text)
        self.reader.findings += python.findings
        for command in python.commands:
            if command.strip(UNKNOWN).strip():
                self.reader.read(command, state)
            if UNKNOWN in command[:1]:
                self.reader.find(CAUTION, "runs a command that is not known before")
        for words in python.processes:
            self.run([shield(word) for word in words], state, None)

    def note_overwritten(self, place: str, state: State) -> None:
        """That what is printed goes to a file, shielded, in the place of what is in it."""
        if not self._elsewhere:
            self.effects.note(Effect(OVERWRITES, (place,), folder=state.folder))
