"""The pages about this machine's programs, kept in SQLite: a page is good for as long as its program is the same."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from shellmate.core.errors import ShellmateError
from shellmate.core.paths import make_private_directory
from shellmate.request.manual.pages import Page

_VERSION = 2  # of what the rows mean; those of another one are dropped
_SCHEMA = "create table if not exists pages (name text primary key, stamp text, source text, lines text)"
_BUSY_SECONDS = 1
_FAULTS = (sqlite3.Error, OSError, ShellmateError)


class PageStore:
    """Pages by name, each under the `stamp` of what it is about. A store that cannot be used is one without pages."""

    def __init__(self, file: Path):
        self._file = file
        self._connection: sqlite3.Connection | None = None

    def read(self, name: str, stamp: str) -> Page | None:
        with suppress(*_FAULTS):
            row = (
                self._open()
                .execute("select source, lines from pages where name = ? and stamp = ?", (name, stamp))
                .fetchone()
            )
            if row:
                source, lines = row
                return Page(source, tuple(lines.split("\n")))
        return None

    def write(self, name: str, stamp: str, page: Page) -> None:
        row = (name, stamp, page.source, "\n".join(page.lines))
        with suppress(*_FAULTS), self._open() as connection:
            connection.execute("insert or replace into pages values (?, ?, ?, ?)", row)

    def forget(self, name: str) -> None:
        """Have a program's pages, and those of its commands, looked up anew."""
        with suppress(*_FAULTS), self._open() as connection:
            connection.execute("delete from pages where name = ? or name like ? || ' %'", (name, name))

    def names(self) -> list[str]:
        """What there are pages of."""
        with suppress(*_FAULTS):
            return [name for (name,) in self._open().execute("select name from pages order by name")]
        return []

    def clear(self) -> None:
        self.close()
        with suppress(OSError):
            self._file.unlink()

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            make_private_directory(self._file.parent)
            self._file.touch(mode=0o600)
            self._connection = _connect(self._file)
        return self._connection


def _connect(file: Path) -> sqlite3.Connection:
    """The database, made anew where the file is none. Raises sqlite3.Error where it can be neither read nor made."""
    with suppress(sqlite3.DatabaseError):
        return _try_to_connect(file)
    if file.exists() and not _is_busy(file):
        file.unlink()
    return _try_to_connect(file)


def _is_busy(file: Path) -> bool:
    with closing(sqlite3.connect(file, timeout=0)) as connection:
        try:
            connection.execute("select count(*) from sqlite_master")
        except sqlite3.OperationalError:
            return True
        except sqlite3.Error:
            return False
    return False


def _try_to_connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        if connection.execute("pragma user_version").fetchone() != (_VERSION,):
            connection.execute("drop table if exists pages")
            connection.execute(f"pragma user_version = {_VERSION}")
        connection.execute(_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection
