"""Read, answer, again: each message is a question, a slash command or a command line."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from shellmate.answer.answer import NoCandidateError
from shellmate.answer.run import status_in_words
from shellmate.core.errors import ShellmateError
from shellmate.repl.actions import Actions
from shellmate.repl.chat import Chat
from shellmate.repl.interrupts import one_for_each_message
from shellmate.repl.plain import PlainReader
from shellmate.repl.reader import Reader
from shellmate.repl.shellrun import run_command
from shellmate.repl.slash import Shell, Slash, parse

Interruptible = Callable[[], AbstractContextManager[None]]


class Quit(Exception):
    """The user leaves."""


def run(chat: Chat, reader: Reader, begin_message: Callable[[], None] = lambda: None) -> bool:
    """Take messages until there are no more, or the user leaves. Whether the last one was answered.

    Where a terminal reads, an error and an interrupt end the message alone; where a pipe does, an interrupt ends all.
    """
    actions, answered = Actions(chat), True
    interrupts: AbstractContextManager[Interruptible] = one_for_each_message()
    if isinstance(reader, PlainReader):  # which has to be interrupted while it reads, too
        interrupts = nullcontext(nullcontext)
    with interrupts as interruptible:
        while True:
            try:
                answered = _take_next(chat, actions, reader, begin_message, interruptible)
            except (EOFError, Quit) as end:
                return answered or isinstance(end, Quit)
            except KeyboardInterrupt:  # while the first one is told
                if not chat.env.stdin_is_terminal:
                    raise


def _take_next(
    chat: Chat,
    actions: Actions,
    reader: Reader,
    begin_message: Callable[[], None],
    interruptible: Interruptible,
) -> bool:
    try:
        message = reader.read()
    except ShellmateError as error:
        chat.notes.warn(f"shellmate: {error}")
        return False
    begin_message()
    try:
        with interruptible():
            return _take(chat, actions, message)
    except KeyboardInterrupt:
        if not chat.env.stdin_is_terminal:
            raise
        chat.notes.dim("^C  cut here, and not remembered")
        return False


def _take(chat: Chat, actions: Actions, message: str) -> bool:
    try:
        match parse(message):
            case Slash("quit"):
                raise Quit
            case Slash(name, argument):
                actions.perform(name, argument)
            case Shell(command_line):
                actions.outcome = run_command(chat.env, command_line)
                if status := actions.outcome.status:
                    chat.notes.dim(f"it {status_in_words(status)}; /why asks what went wrong")
            case words:
                chat.ask(words.text)
    except NoCandidateError as error:
        chat.notes.dim(error.code.rstrip())
        chat.notes.warn(f"shellmate: {error}")
        return False
    except ShellmateError as error:
        chat.notes.warn(f"shellmate: {error}")
        return False
    except (Quit, BrokenPipeError):
        raise
    except Exception as error:  # one message that cannot be answered is no reason to lose the conversation
        chat.notes.warn(f"shellmate: internal error: {type(error).__name__}: {error}")
        return False
    return True
