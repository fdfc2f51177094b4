"""The file below the session log: private from the start, changed whole or not at all, set aside when damaged."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from time import strftime
from typing import TypeVar

from shellmate.core.errors import ShellmateError
from shellmate.core.lock import Hold, locked
from shellmate.core.paths import PRIVATE_FILE, reason
from shellmate.session.turn import DamagedRow

Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Result]

_BUSY_SECONDS = 2
_ENDS = ("-wal", "-shm", "")  # of the names of the files that SQLite makes of one
_WITHOUT = "or go without: `shellmate config set log false`"


class Database:
    """What goes wrong here is a ShellmateError. Damage is none: the file is set aside and what was to be done is done
    in a new one."""

    def __init__(self, file: Path, schema: tuple[str, ...], version: int, say: Callable[[str], None]):
        """`version` is that of the schema; a file of a newer one is refused. `say` is told where a file was moved."""
        self._file, self._schema, self._version, self._say = file, schema, version, say
        self._inode = 0
        with self._in_words():
            try:
                self._connection = self._connect()
            except sqlite3.Error as error:
                if not _is_damage(error):
                    raise
                self._set_aside()
                self._connection = self._connect()

    def read(self, work: Work[Result]) -> Result:
        """What `work` makes of the connection."""
        with self._in_words():
            try:
                if not self._is_in_place():
                    self._reopen()
                return work(self._connection)
            except (sqlite3.Error, DamagedRow) as error:
                if not _is_damage(error):
                    raise
            self._set_aside()
            self._reopen()
            return work(self._connection)

    def write(self, work: Work[Result]) -> Result:
        """The same, in one transaction."""

        def whole(connection: sqlite3.Connection) -> Result:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                return work(connection)

        return self.read(whole)

    def shrink(self) -> None:
        """Leave nothing of what was deleted in the file, nor in the log of writes beside it."""
        self.give_back()
        with self._in_words():
            for file in self._file.parent.glob(f"{self._file.name}.damaged-*"):
                file.unlink(missing_ok=True)

    def give_back(self) -> None:
        """Write the file anew, without what is free in it."""

        def rewrite(connection: sqlite3.Connection) -> None:
            connection.execute("VACUUM")
            (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise ShellmateError(
                    f"what was deleted may still be in {self._file}-wal, which another program reads",
                    "run it again when that has ended",
                )

        self.read(rewrite)

    def close(self) -> None:
        with suppress(sqlite3.Error, OSError), self._lock(Hold.SHARED):
            self._connection.close()

    def _reopen(self) -> None:
        self.close()
        self._connection = self._connect()

    def _is_in_place(self) -> bool:
        """Whether the file is the one that is open; another process may have set that aside, or a user removed it."""
        try:
            return self._file.stat().st_ino == self._inode
        except FileNotFoundError:
            return False

    def _connect(self) -> sqlite3.Connection:
        """The file opened, and made where it is missing or empty."""
        with self._lock(Hold.SHARED):
            if self._file.exists():
                connection = self._open()
                if _version_of(connection):
                    return connection
                connection.close()
        with self._lock(Hold.ALONE):  # SQLite does not wait for another process that changes the journal mode
            if not self._file.exists():
                os.close(os.open(self._file, os.O_RDWR | os.O_CREAT, PRIVATE_FILE))
            connection = self._open()
            if not _version_of(connection):
                self._lay_out(connection)
            return connection

    def _open(self) -> sqlite3.Connection:
        self._inode = self._file.stat().st_ino
        # -wal and -shm get the mode of the file itself. `rw`: SQLite is not to make one that all may read.
        uri = f"{self._file.absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            connection.text_factory = lambda text: text.decode("utf-8", "replace")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA synchronous = NORMAL")  # without power the last turn may go, the rest stays
            self._refuse_newer(_version_of(connection))
        except BaseException:
            connection.close()
            raise
        return connection

    def _refuse_newer(self, version: int) -> None:
        if version > self._version:
            raise ShellmateError(
                f"{self._file} is of a newer shellmate: its format is {version}, and this one knows {self._version}",
                f"use the newer shellmate, move the file away, {_WITHOUT}",
            )

    def _lay_out(self, connection: sqlite3.Connection) -> None:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                for statement in self._schema:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {self._version:d}")
        except BaseException:
            connection.close()
            raise

    def _set_aside(self) -> None:
        """Move the file away, unless another process has done so already."""
        with self._lock(Hold.ALONE):
            if not self._is_in_place():
                return
            moved = self._free_name()
            # The file itself goes last: a new one beside an old -wal would be taken for that one's own.
            for end in _ENDS:
                with suppress(FileNotFoundError):
                    os.rename(f"{self._file}{end}", f"{moved}{end}")
        self._say(f"shellmate: the session log was damaged and is now {moved}; a new one is begun")

    def _free_name(self) -> Path:
        name = f"{self._file.name}.damaged-{strftime('%Y%m%d-%H%M%S')}"
        moved, count = self._file.with_name(name), 1
        while any(Path(f"{moved}{end}").exists() for end in _ENDS):
            count += 1
            moved = self._file.with_name(f"{name}-{count}")
        return moved

    def _lock(self, hold: Hold) -> AbstractContextManager[None]:
        """Who opens or closes the file shares it and who moves it is alone: an old file beside the -wal of a new one
        would be taken for that one's owner, and SQLite would remove it."""
        return locked(self._file.with_suffix(".lock"), hold, _BUSY_SECONDS)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise self._locked() from error
        except OSError as error:
            raise ShellmateError(
                f"the session log {self._file} cannot be written: {reason(error)}", f"mend that, {_WITHOUT}"
            ) from error
        except DamagedRow as error:
            raise ShellmateError(f"the session log {self._file} cannot be read: {error}") from error
        except sqlite3.Error as error:
            if _code_of(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise self._locked() from error
            raise ShellmateError(
                f"the session log {self._file} cannot be used: {error}", f"mend that, {_WITHOUT}"
            ) from error

    def _locked(self) -> ShellmateError:
        return ShellmateError(
            f"the session log {self._file} is locked by another program", "try again when that has ended"
        )


def _version_of(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _code_of(error: Exception) -> int:
    """SQLite's primary result code; 0 where there is none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _is_damage(error: Exception) -> bool:
    return isinstance(error, DamagedRow) or _code_of(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
