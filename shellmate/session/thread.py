"""The turns that belong together: read from the log where they go on, and written to it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from shellmate.core.errors import ShellmateError, UsageError
from shellmate.prompt.conversation import Conversation

if TYPE_CHECKING:
    from shellmate.session.log import SessionLog
    from shellmate.session.turn import Turn


@dataclass
class Thread:
    """`state` is the directory of the log, `is_kept` whether anything is written there; `session` is the number that
    the turns have there, None where none is there yet, and `name` the one that the user gave them. `missing` are the
    places of turns that could not be written."""

    state: Path
    say: Callable[[str], None]
    is_kept: bool
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
        terminal = _terminal()
        if self.session is None:
            self.session = log.begin(terminal, self.name)
        log.add(self.session, turn)
        log.use(self.session, terminal)

    def _write(self, work: "Callable[[SessionLog], None]", fail: Callable[[], str]) -> None:
        """A log that cannot be written is said, in the words that `fail` gives if any, and ends nothing."""
        if not self.is_kept:
            return
        try:
            log = open_log(self.state, self.say)
            try:
                work(log)
            finally:
                log.close()
        except ShellmateError as error:
            if words := fail():
                self.say(f"shellmate: {words}: {error}")


def open_thread(state: Path, say: Callable[[str], None], is_kept: bool, continues: bool, name: str) -> Thread:
    """The thread of this terminal where it `continues`, or the one of that `name`, which may yet begin, or number.

    Raises UsageError where there is nothing to continue, ShellmateError where the log cannot be read.
    """
    if not continues and not name:
        return Thread(state, say, is_kept)
    with open_kept(state, say, is_kept) as log:
        session = log.look_up(name) if name else log.latest(_terminal())
        turns = [] if session is None else log.turns(session)
    if session is None and name.isdecimal():
        raise UsageError(f"there is no session {name}, and none can be called so", "give a name that is no number")
    if continues and not turns:
        raise UsageError(
            f"there is no session {name!r} to continue" if name else "nothing was asked in this terminal yet",
            "ask without --continue first",
        )
    return Thread(state, say, is_kept, name, session, turns)


def open_log(state: Path, say: Callable[[str], None]) -> "SessionLog":
    """Raises ShellmateError where it cannot be used."""
    from shellmate.session.log import SessionLog

    return SessionLog(state, say)


@contextmanager
def open_kept(state: Path, say: Callable[[str], None], is_kept: bool) -> "Iterator[SessionLog]":
    """The log, for what was said in it. Raises as `open_log`, and UsageError where nothing is kept."""
    if not is_kept:
        raise UsageError("nothing is kept, since the setting log is off", "turn it on")
    log = open_log(state, say)
    try:
        yield log
    finally:
        log.close()


def _terminal() -> str:
    from shellmate.session.place import terminal_key

    return terminal_key()
