"""`/run`: the last code shown, asked about, and run."""

import os
from contextlib import AbstractContextManager, nullcontext
from typing import BinaryIO

from shellmate.answer.answer import Answer
from shellmate.answer.run import command_for, judge_fit, open_terminal, run_to_its_end, status_in_words
from shellmate.answer.runprompt import Action, ask_to_run
from shellmate.answer.showing.display import open_display
from shellmate.core.environment import Environment
from shellmate.core.errors import UsageError
from shellmate.repl.chat import Chat
from shellmate.repl.deciding import Deciding
from shellmate.repl.files import open_file
from shellmate.repl.tty import keeping_modes
from shellmate.session.turn import Turn


def run_last(chat: Chat) -> None:
    """Raises ShellmateError where there is nothing that may be run, or the terminal is missing."""
    turn = chat.last
    if turn.language not in ("shell", "python"):
        raise UsageError("only shell and Python are run", "use /save FILE")
    judge_fit(_answer_of(turn))
    with _input_of(chat) as file, open_terminal("/run") as terminal:
        chosen = _decide(chat, terminal)
        if chosen is None:
            chat.notes.dim("not run")
            return
        with keeping_modes(terminal):
            status = run_to_its_end(command_for(chosen.language, chosen.code, chat.env.variables), file)
    if status:
        chat.notes.dim(f"the snippet {status_in_words(status)}")


def show_code(chat: Chat, env: Environment) -> None:
    """The last code, on that stdout."""
    turn = chat.last
    open_display(env, turn.language, chat.choices.color).finish(turn.code)


def _decide(chat: Chat, terminal: int) -> Answer | None:
    """The answer to run, None where it is not to be."""
    with os.fdopen(os.dup(terminal), "wb") as screen:
        show_code(chat, chat.env.writing_to(screen))
    asking = _Asking(chat, terminal)
    try:
        return ask_to_run(terminal, _answer_of(chat.last), asking.actions, chat.env.cwd, chat.env.variables)
    except KeyboardInterrupt:
        if not chat.env.stdin_is_terminal:
            raise
        return None


def _answer_of(turn: Turn) -> Answer:
    return Answer(turn.language, turn.code, turn.cut, turn.faults)


def _input_of(chat: Chat) -> AbstractContextManager[BinaryIO | None]:
    """What the code reads: the file that it is for, else the terminal; the pipe that messages come from is not for
    it."""
    if chat.source:
        return open_file(chat.source, chat.source.name)
    return nullcontext() if chat.env.stdin_is_terminal else open(os.devnull, "rb")


class _Asking:
    """What may be done about the last code instead of running it."""

    def __init__(self, chat: Chat, terminal: int):
        self._chat, self._refused = chat, list[str]()
        self._deciding = Deciding(chat.env, terminal, chat.open_explainer, chat.choices.color)

    def actions(self, answer: Answer) -> dict[str, Action]:
        """Another answer is one to the last question, so there is none for code of an earlier one."""
        is_of_last = not self._chat.unanswered and bool(self._chat.thread.turns[-1].code)
        again: dict[str, Action] = {"a": self._ask_again} if is_of_last else {}
        return {**self._deciding.actions(answer), **again}

    def _ask_again(self, answer: Answer) -> Answer:
        self._refused.append(self._chat.last.code)
        self._chat.retry(self._refused, is_asked_about=True)
        turn = self._chat.thread.turns[-1]
        if turn.code.strip() in {code.strip() for code in self._refused}:
            self._deciding.say("there is no other answer")
            return answer
        return _answer_of(turn)
