"""What the slash commands do."""

import difflib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile

from click import unstyle

from shellmate.answer.run import confirm, open_terminal, status_in_words
from shellmate.answer.showing.prose import write_prose
from shellmate.answer.showing.sanitise import make_visible
from shellmate.answer.showing.terminal import size_of
from shellmate.core.errors import ShellmateError, UsageError
from shellmate.prompt.prompt import Prompt, compose, compose_explanation
from shellmate.repl.chat import Chat, Loaded
from shellmate.repl.clipboard import copy
from shellmate.repl.files import open_file, read_text, write_code
from shellmate.repl.running import run_last, show_code
from shellmate.repl.shellrun import Outcome
from shellmate.repl.slash import help_text
from shellmate.repl.tty import without_echo
from shellmate.request.request import Request
from shellmate.request.secrets import cut_secrets

_MOST_SESSIONS = 20
_GREEN, _RED, _RESET = "\x1b[32m", "\x1b[31m", "\x1b[0m"


class Actions:
    """Each raises ShellmateError where it cannot be done; then nothing has changed."""

    def __init__(self, chat: Chat):
        self.chat = chat
        self.outcome: Outcome | None = None  # of the last command that was run

    def perform(self, name: str, argument: str) -> None:
        action: Callable[..., None] = getattr(self, f"_{name}")
        action(argument) if argument else action()

    def _run(self) -> None:
        run_last(self.chat)

    def _is_confirmed(self, ask: Callable[[], bool]) -> bool:
        try:
            return ask()
        except KeyboardInterrupt:
            if not self.chat.env.stdin_is_terminal:
                raise
            return False

    def _copy(self) -> None:
        code = self.chat.last.code
        copy(self.chat.env, code)
        count = len(code.encode())
        self.chat.notes.dim(f"asked the terminal to copy {count:,} {'byte' if count == 1 else 'bytes'}")

    def _save(self, name: str) -> None:
        path, code = self._place(name), self.chat.last.code
        if path.is_dir():
            raise UsageError(f"{name} is a directory", "name a file in it")
        if path.exists() and not path.is_file():
            raise UsageError(f"{name} is not a file", "name another one")
        if path.exists() and not self._may_replace(name):
            raise ShellmateError(f"{name} is left as it was", "name another file")
        write_code(path, name, code)
        self.chat.notes.dim(f"saved as {path}")

    def _may_replace(self, name: str) -> bool:
        if not self.chat.env.stdin_is_terminal:
            return False
        with open_terminal("/save") as terminal:
            return self._is_confirmed(lambda: confirm(terminal, f"{make_visible(name)} exists: replace it? [y/N] "))

    def _load(self, name: str) -> None:
        path = self._place(name)
        with open_file(path, name) as file:
            read = read_text(file, name, self.chat.env.say)
        if read is None:
            raise UsageError(f"{name} is empty", "name another file")
        self.chat.loaded = Loaded(path, read)
        self.chat.notes.dim(f"{name}: {read.text.splitlines()[0]}; the next question is about it")

    def _place(self, name: str) -> Path:
        return self.chat.env.cwd / name

    def _diff(self) -> None:
        codes = [turn for turn in self.chat.thread.turns if turn.code]
        if len(codes) < 2:
            raise UsageError("there is no earlier code to compare with", "ask for a change first")
        old, new = (turn.code.rstrip("\n").split("\n") for turn in codes[-2:])
        lines = list(difflib.unified_diff(old, new, "before", "now", lineterm=""))
        if not lines:
            self.chat.notes.dim("nothing was changed")
        env = self.chat.env
        coloured = env.colours(self.chat.choices.color, env.stdout_is_terminal)
        for line in lines:
            shown = make_visible(line) if env.stdout_is_terminal else line
            colour = {"+": _GREEN, "-": _RED}.get(line[:1], "") if coloured else ""
            env.write(f"{colour}{shown}{_RESET if colour else ''}\n")

    def _explain(self) -> None:
        turn = self.chat.last
        prompt = compose_explanation(turn.language, turn.code, self.chat.library)
        self._answer_in_prose(prompt)

    def _why(self, words: str = "") -> None:
        if self.outcome is None:
            raise UsageError("no command was run yet", "run one, such as !make")
        outcome = self.outcome
        how = f"`{cut_secrets(outcome.command)}` {status_in_words(outcome.status)}"
        printed = cut_secrets(unstyle(outcome.output.decode("utf-8", "replace")))
        with TemporaryFile() as file:
            file.write(printed.encode("utf-8", "replace"))
            file.seek(0)
            read = read_text(file, "what it printed", self.chat.env.say)
        request = Request(words or f"{how}. Why?", "auto", read)
        self._answer_in_prose(compose(request, self.chat.library, "about"))

    def _answer_in_prose(self, prompt: Prompt) -> None:
        env = self.chat.env
        with without_echo(env):
            generation = self.chat.engine.generate(prompt, replace(self.chat.sampling, stop=""))
            write_prose(generation, env.write, for_people=env.stdout_is_terminal)

    def _lang(self, name: str = "") -> None:
        self.chat.choices.language = name or self.chat.choices.language
        self.chat.notes.dim(f"language: {self.chat.choices.language}")

    def _model(self, name: str = "") -> None:
        if name:
            self.chat.change_model(name)
        self.chat.notes.dim(f"model: {self.chat.choices.model}")

    def _prompt(self, name: str = "") -> None:
        if name and name != "auto":
            self.chat.library.load(name)
        if name:
            self.chat.choices.prompt = "" if name == "auto" else name
        self.chat.notes.dim(f"prompt: {self.chat.choices.prompt or 'the one that suits each question'}")

    def _undo(self) -> None:
        self.chat.notes.dim(f"forgotten: {self.chat.undo().words}")

    def _retry(self) -> None:
        self.chat.retry()

    def _new(self) -> None:
        self.chat.go_on_with(self.chat.thread.another())
        self.chat.notes.dim("a new session")

    def _sessions(self) -> None:
        thread = self.chat.thread
        with thread.open_kept() as log:
            sessions = log.sessions(_MOST_SESSIONS)
        if not sessions:
            self.chat.notes.dim("no session is kept")
        for each in reversed(sessions):
            mark = "*" if each.number == thread.session else " "
            self.chat.env.write(make_visible(f"{mark} {each}") + "\n")

    def _resume(self, name: str = "") -> None:
        thread = self.chat.thread
        with thread.open_kept() as log:
            if name:
                number = log.look_up(name)
            else:
                number = next((s.number for s in log.sessions(2) if s.number != thread.session), None)
            summary = log.find(number) if number is not None else None
            turns = log.turns(number) if number is not None else []
        if summary is None or not turns:
            raise UsageError(f"there is no session {name}" if name else "there is no other session", "see /sessions")
        if summary.number == thread.session:
            raise UsageError(f"session {summary.number} is this one", "see /sessions")
        self.chat.go_on_with(thread.another(summary.name, summary.number, turns))
        self.chat.notes.dim(str(summary))
        self.chat.notes.dim(f"the last question was: {turns[-1].words}")
        if turns[-1].code:
            show_code(self.chat, self.chat.env)

    def _stats(self) -> None:
        turns = self.chat.thread.turns
        if not turns:
            raise UsageError("nothing was asked yet", "ask something")
        timings = turns[-1].timings
        first, total = ((timings.get(name) or 0) / 1000 for name in ("first_token_ms", "total_ms"))
        self.chat.notes.dim(f"first token {first:.2f} s, in all {total:.2f} s; {self.chat.usage}")

    def _help(self) -> None:
        self.chat.env.write(help_text(size_of(self.chat.env).columns))
