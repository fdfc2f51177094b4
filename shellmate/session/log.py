"""The session log: every question with its answer, by session, in one SQLite file that only its owner may read."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from time import time
from typing import Any

from shellmate.core.errors import ShellmateError, UsageError
from shellmate.core.paths import make_private_directory
from shellmate.session.database import Database
from shellmate.session.pruning import is_mostly_free, make_room, used_bytes
from shellmate.session.turn import COLUMNS, SessionSummary, Turn, keepable, match, row_of, turn_of

FILE = "sessions.db"

VERSION = 1
# The numbers of sessions are never used again: a program that is in a session while the log is cleared stays in it.
_SCHEMA = (
    "CREATE TABLE sessions (number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, started REAL NOT NULL, "
    "last REAL NOT NULL)",
    "CREATE INDEX sessions_by_last ON sessions (last)",
    "CREATE TABLE turns (number INTEGER PRIMARY KEY, session INTEGER NOT NULL, words TEXT NOT NULL, "
    "message TEXT NOT NULL, answer TEXT NOT NULL, language TEXT NOT NULL, code TEXT NOT NULL, context TEXT NOT NULL, "
    "explanation TEXT NOT NULL, prompt TEXT NOT NULL, model TEXT NOT NULL, at REAL NOT NULL, cut INTEGER NOT NULL, "
    "faults TEXT NOT NULL, danger TEXT NOT NULL, syntax INTEGER, timings TEXT NOT NULL, query TEXT NOT NULL, "
    "cwd TEXT NOT NULL, forgotten INTEGER NOT NULL, beside INTEGER NOT NULL)",
    "CREATE INDEX turns_by_session ON turns (session)",
    "CREATE TABLE terminals (terminal TEXT PRIMARY KEY, session INTEGER NOT NULL) WITHOUT ROWID",
)
_COLUMNS = ", ".join(COLUMNS)
_INSERT = f"INSERT INTO turns (session, {_COLUMNS}) VALUES (?{', ?' * len(COLUMNS)})"
_USE = (
    "INSERT INTO sessions (number, started, last) VALUES (?, ?, ?) "
    "ON CONFLICT (number) DO UPDATE SET last = excluded.last"
)
_SUMMARY = """
    SELECT number, coalesce(name, ''), started, last,
        (SELECT count(*) FROM turns WHERE session = sessions.number),
        coalesce((SELECT words FROM turns WHERE session = sessions.number ORDER BY number LIMIT 1), '')
    FROM sessions
"""
_LARGEST = 2**63 - 1


class SessionLog:
    """`terminal` is a text from session/place.py. Every method raises ShellmateError where the file cannot be used."""

    def __init__(self, state: Path, say: Callable[[str], None], most: int = 0):
        """`say` gets a line for people where a damaged log is moved aside. Where more than `most` bytes are kept, those
        sessions go that were used longest ago and that no terminal goes on with; 0 keeps all."""
        self._database = Database(make_private_directory(state) / FILE, _SCHEMA, VERSION, say)
        self._most = most
        self._terminals: dict[int, str] = {}

    @staticmethod
    def is_in(state: Path) -> bool:
        """Whether there is a log, or what was one, in the state directory."""
        return any(state.glob(f"{FILE}*"))

    def begin(self, terminal: str, name: str = "", turn: Turn | None = None) -> int:
        """A new session, with which the terminal goes on; a name that is taken gives the session that has it. A turn is
        kept in it at once: who is killed meanwhile leaves the terminal with the session that it had.

        Raises UsageError for a name that is a number, since a session is asked for by either.
        """
        if name.isdecimal():
            raise UsageError(f"a session cannot be called {name}, which is a number", "give it another name")

        def insert(db: sqlite3.Connection) -> int:
            session = _find_name(db, name) if name else None
            if session is None:
                session = db.execute(
                    "INSERT INTO sessions (name, started, last) VALUES (?, ?, ?)",
                    (keepable(name) or None, now := time(), now),
                ).lastrowid
            assert session is not None
            if turn:
                _insert(db, session, turn)
            _note(db, session, terminal)
            return session

        session = self._database.write(insert)
        self._terminals[session] = terminal
        self._keep_bound(session)
        return session

    def use(self, session: int, terminal: str) -> None:
        """The terminal goes on with that session."""
        self._database.write(lambda db: _note(db, session, terminal))
        self._terminals[session] = terminal

    def add(self, session: int, turn: Turn, terminal: str = "") -> None:
        """Keep a turn; the terminal, the given one or the one that is known here, goes on with its session. A session
        that was cleared meanwhile is begun again."""
        if terminal:
            self._terminals[session] = terminal

        def insert(db: sqlite3.Connection) -> None:
            _insert(db, session, turn)
            if session in self._terminals:
                _note(db, session, self._terminals[session])

        self._database.write(insert)
        self._keep_bound(session)

    def drop_last(self, session: int) -> None:
        """Forget the last turn of a session."""
        last = "SELECT number FROM turns WHERE session = ? ORDER BY number DESC LIMIT 1"
        self._database.write(lambda db: db.execute(f"DELETE FROM turns WHERE number = ({last})", (session,)))

    def turns(self, session: int) -> list[Turn]:
        """All of a session, oldest first."""
        query = f"SELECT {_COLUMNS} FROM turns WHERE session = ? ORDER BY number"
        return self._database.read(lambda db: [turn_of(row) for row in db.execute(query, (session,))])

    def latest(self, terminal: str) -> int | None:
        """The session that was last used in that terminal."""
        query = "SELECT session FROM terminals WHERE terminal = ?"
        session = self._database.read(lambda db: _first(db, query, keepable(terminal)))
        if session is not None:
            self._terminals[session] = terminal
        return session

    def named(self, name: str) -> int | None:
        """The session of that name."""
        return self._database.read(lambda db: _find_name(db, name))

    def look_up(self, text: str) -> int | None:
        """The session that a user means by its name or its number."""
        if not text.isdecimal():
            return self.named(text)
        summary = self.find(int(text[:20]))  # no number of a session is so long
        return summary.number if summary else None

    def find(self, number: int) -> SessionSummary | None:
        """What there is to say about a session."""
        if not 0 < number <= _LARGEST:
            return None
        found = self._summaries("WHERE number = ?", number)
        return found[0] if found else None

    def sessions(self, limit: int) -> list[SessionSummary]:
        """Those with a turn in them, last used first; 0 is all."""
        has_turns = "EXISTS (SELECT 1 FROM turns WHERE session = sessions.number)"
        return self._summaries(f"WHERE {has_turns} ORDER BY last DESC, number DESC LIMIT ?", limit or -1)

    def recent(self, limit: int, search: str = "", session: int | None = None) -> list[tuple[int, Turn]]:
        """Turns with the number of their session, newest first; 0 is all. `search` is a text, in whatever case, in
        words, code or explanation; `session` leaves out all others."""
        where, values = ("", ()) if session is None else ("WHERE session = ?", (session,))
        query = f"SELECT session, {_COLUMNS} FROM turns {where} ORDER BY number DESC"
        is_wanted = match(search)

        def select(db: sqlite3.Connection) -> list[tuple[int, Turn]]:
            found = ((number, turn_of(row)) for number, *row in db.execute(query, values))
            return list(islice((each for each in found if is_wanted(each[1])), limit or None))

        return self._database.read(select)

    def clear(self) -> int:
        """Forget everything, damaged logs that were set aside too; how many turns that were. Nothing of it is left in
        any file."""

        def delete(db: sqlite3.Connection) -> int:
            (count,) = db.execute("SELECT count(*) FROM turns").fetchone()
            for table in ("turns", "sessions", "terminals"):
                db.execute(f"DELETE FROM {table}")
            return int(count)

        count = self._database.write(delete)
        self._database.shrink()
        return count

    def close(self) -> None:
        self._database.close()

    def _keep_bound(self, current: int) -> None:
        """Behind a turn that is kept: what fails here fails nothing, and is done behind the next one."""
        if not self._most:
            return
        with suppress(ShellmateError):
            if not self._database.read(lambda db: used_bytes(db) > self._most):
                return
            while self._database.write(lambda db: make_room(db, self._most, current)):
                pass
            if self._database.read(is_mostly_free):
                self._database.give_back()

    def _summaries(self, which: str, value: int) -> list[SessionSummary]:
        rows = self._database.read(lambda db: db.execute(_SUMMARY + which, (value,)).fetchall())
        return [SessionSummary(*row) for row in rows]


def _first(db: sqlite3.Connection, query: str, value: Any) -> int | None:
    row = db.execute(query, (value,)).fetchone()
    return int(row[0]) if row else None


def _find_name(db: sqlite3.Connection, name: str) -> int | None:
    return _first(db, "SELECT number FROM sessions WHERE name = ?", keepable(name))


def _note(db: sqlite3.Connection, session: int, terminal: str) -> None:
    db.execute("INSERT OR REPLACE INTO terminals (terminal, session) VALUES (?, ?)", (keepable(terminal), session))


def _insert(db: sqlite3.Connection, session: int, turn: Turn) -> None:
    at = turn.at or time()
    db.execute(_USE, (session, at, at))
    row = dict(zip(COLUMNS, row_of(turn), strict=True)) | {"at": at}
    db.execute(_INSERT, (session, *row.values()))
