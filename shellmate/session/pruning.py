"""The bound of the session log: what was used longest ago makes room, a conversation at a time."""

import sqlite3
from time import time

from shellmate.session.place import may_be_open, name_boot

_ROOM = 32  # what is deleted is a 32nd of the bound, so that it is seldom done and does not take long
_AT_ONCE = 8 << 20  # bytes; others wait for a transaction to end, and not for ever


def used_bytes(db: sqlite3.Connection) -> int:
    """How much of the file is in use. It costs nothing to ask."""
    pages, free, size = (
        db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def is_mostly_free(db: sqlite3.Connection) -> bool:
    """Whether less than half of the file is in use, as it is when the bound was lowered."""
    (pages,), (free,) = (db.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "freelist_count"))
    return bool(2 * free > pages)


def make_room(db: sqlite3.Connection, most: int, current: int) -> bool:
    """Where more than `most` bytes are in use, delete the sessions that were used longest ago, but neither the current
    one nor any that a terminal still goes on with; whether something was deleted, which is not all there is to delete
    where that is much. Within a transaction, so that what one process deletes no other adds to."""
    used = used_bytes(db)
    if used <= most:
        return False
    enough = max(most - most // _ROOM, used - _AT_ONCE)
    kept, deleted = _open_sessions(db) | {current}, False
    for (session,) in db.execute("SELECT number FROM sessions ORDER BY last, number").fetchall():
        if session in kept:
            continue
        db.execute("DELETE FROM turns WHERE session = ?", (session,))
        db.execute("DELETE FROM sessions WHERE number = ?", (session,))
        deleted = True
        if used_bytes(db) <= enough:
            break
    if deleted:
        db.execute("DELETE FROM terminals WHERE session NOT IN (SELECT number FROM sessions)")
    return deleted


def _open_sessions(db: sqlite3.Connection) -> set[int]:
    query = "SELECT terminal, number, last FROM terminals JOIN sessions ON session = number"
    now, boot = time(), name_boot()
    return {session for terminal, session, last in db.execute(query) if may_be_open(terminal, now - last, boot)}
