"""SQLite files that are looked at and left as they are: neither they nor what SQLite keeps beside them is written."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

_READ_VERSION = 19  # where it is in a file's header


@contextmanager
def open_unchanged(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection that reads. Raises sqlite3.Error where the file is missing, damaged or no database.

    Beside a file in WAL mode SQLite makes two others even to read it. Where they are missing nobody has it open, and it
    can be taken for immutable; what a process that was killed has left in a -wal alone is then not seen.
    """
    how = "&immutable=1" if _is_in_wal_mode(file) else ""
    if file.with_name(f"{file.name}-shm").exists():
        how = "&readonly_shm=1"
    uri = f"{file.absolute().as_uri()}?mode=ro{how}"
    with closing(sqlite3.connect(uri, uri=True, timeout=0.2, isolation_level=None)) as connection:
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        yield connection


def _is_in_wal_mode(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(_READ_VERSION + 1)[_READ_VERSION:] == b"\2"
    except OSError:
        return False


def is_busy(error: sqlite3.Error) -> bool:
    """Whether nothing is wrong, but that another process has the file for itself."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def find_damage(connection: sqlite3.Connection) -> str:
    """What SQLite finds wrong with the structure of a file, or nothing. It reads the whole file. Raises sqlite3.Error
    where that is busy."""
    try:
        (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if is_busy(error):
            raise
        return str(error)
    return "" if said == "ok" else str(said).replace("\n", " ")
