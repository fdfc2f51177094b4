"""The turns that belong together: read from the log where they go on, and written to it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from shellmate.core.errors import ShellmateError, UsageError
from shellmate.prompt.conversation import Conversation

if TYPE_CHECKING:
    from shellmate.session.log import SessionLog
    from shellmate.session.turn import Turn


@dataclass
class Thread:
    """`state` is the directory of the log, `is_kept` whether anything is written there, and `keeps_input` whether that
    has what turns were about, `most` the bytes that it may have, 0 for any; `session` is the number that the turns have
    there, None where none is there yet, and `name` the one that the user gave them. `missing` are the places of turns
    that could not be written."""

    state: Path
    say: Callable[[str], None]
    is_kept: bool
    keeps_input: bool = True
    most: int = 0
    name: str = ""
    session: int | None = None
    turns: "list[Turn]" = field(default_factory=list)
    missing: set[int] = field(default_factory=set)

    @property
    def conversation(self) -> Conversation:
        """What of the turns a prompt is composed behind."""
        if not self.turns:
            return Conversation()
        from shellmate.session.recall import conversation_of

        return conversation_of(self.turns)

    def another(self, name: str = "", session: int | None = None, turns: "Sequence[Turn]" = ()) -> "Thread":
        """Other turns, of the same log."""
        return replace(self, name=name, session=session, turns=list(turns), missing=set())

    def add(self, turn: "Turn") -> None:
        self.turns.append(turn)
        self._write(lambda log: self._insert(log, turn), self._miss)

    def replace_last(self, turn: "Turn") -> None:
        self.drop_last()
        self.add(turn)

    def drop_last(self) -> "Turn":
        """Forget the last turn, which there has to be."""
        turn, session = self.turns.pop(), self.session
        if len(self.turns) in self.missing:
            self.missing.remove(len(self.turns))
        elif session is not None:
            self._write(lambda log: log.drop_last(session), lambda: "the last answer is still in the log")
        return turn

    def _miss(self) -> str:
        is_known, last = bool(self.missing), len(self.turns) - 1
        self.missing.add(last)
        return "" if is_known else "the answer is not kept"

    def _insert(self, log: "SessionLog", turn: "Turn") -> None:
        kept = turn if self.keeps_input else turn.without_input()
        if self.session is None:
            self.session = log.begin(_terminal(), self.name, kept)
        else:
            log.add(self.session, kept, _terminal())

    def _write(self, work: "Callable[[SessionLog], None]", fail: Callable[[], str]) -> None:
        """A log that cannot be written is said, in the words that `fail` gives if any, and ends nothing."""
        if not self.is_kept:
            return
        try:
            with self._open() as log:
                work(log)
        except ShellmateError as error:
            if words := fail():
                self.say(f"shellmate: {words}: {error}")

    @contextmanager
    def open_kept(self) -> "Iterator[SessionLog]":
        """The log, for what was said in it. Raises ShellmateError where it cannot be used, UsageError where nothing is
        kept."""
        if not self.is_kept:
            raise UsageError("nothing is kept, since the setting log is off", "turn it on")
        with self._open() as log:
            yield log

    def _open(self) -> "AbstractContextManager[SessionLog]":
        from shellmate.session.log import SessionLog

        return closing(SessionLog(self.state, self.say, self.most))


def open_thread(new: Thread, continues: bool, name: str) -> Thread:
    """The thread of this terminal where it `continues`, or the one of that `name`, which may yet begin, or number; else
    the `new` one.

    Raises UsageError where there is nothing to continue, ShellmateError where the log cannot be read.
    """
    if not continues and not name:
        return new
    with new.open_kept() as log:
        session = log.look_up(name) if name else log.latest(_terminal())
        turns = [] if session is None else log.turns(session)
    if session is None and name.isdecimal():
        raise UsageError(f"there is no session {name}, and none can be called so", "give a name that is no number")
    if continues and not turns:
        raise UsageError(
            f"there is no session {name!r} to continue" if name else "nothing was asked in this terminal yet",
            "ask without --continue first",
        )
    return new.another(name, session, turns)


def _terminal() -> str:
    from shellmate.session.place import terminal_key

    return terminal_key()
