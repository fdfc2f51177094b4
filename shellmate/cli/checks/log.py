"""The log of questions and answers."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from statistics import median

from shellmate.cli.checks.finding import Finding, note, ok, warning
from shellmate.cli.checks.patient import Patient
from shellmate.core.sqlitefile import find_damage, is_busy, open_unchanged
from shellmate.models.words import megabytes
from shellmate.session.log import FILE, VERSION

_LAST, _LEAST = 20, 5  # commands whose times are looked at, and that say something
_LONG = 3.0  # seconds that are felt as a wait
_SOON_READ = 16 << 20  # bytes: larger files are read as a whole only with --deep


def check_log(patient: Patient) -> Iterator[Finding]:
    file = patient.paths.state / FILE
    if not file.exists():
        yield ok("log", "it is empty" if patient.app.setting("log") else "it is switched off")
        return
    size, damage, version, count = file.stat().st_size, "", 0, 0
    try:
        with open_unchanged(file) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if patient.deep or size < _SOON_READ:
                damage = find_damage(connection)
            if version == VERSION and not damage:
                (count,) = connection.execute("SELECT count(*) FROM turns").fetchone()
    except sqlite3.Error as error:
        if is_busy(error):
            raise
        damage = str(error)
    if damage:
        yield warning("log", f"{file} is damaged ({damage}): --continue fails until it is moved away", _move_away(file))
    elif version > VERSION:
        yield warning("log", f"{file} is of a newer shellmate, so nothing is kept", _move_away(file))
    else:
        yield ok("log", f"{count} answers, {megabytes(size)}, {file}")


def check_waits(patient: Patient) -> Iterator[Finding]:
    """Whether commands were long in coming of late where an effort that takes less would have given them sooner."""
    if patient.is_remote or patient.app.setting("effort") == "fast":
        return
    seconds = _last_seconds(patient.paths.state / FILE, patient.app.model)
    if len(seconds) >= _LEAST and median(seconds) > _LONG:
        text = f"the last {len(seconds)} commands took {median(seconds):.1f} s (median)"
        yield note("answers", text, patient.setting_to("effort", "fast"))


def _last_seconds(file: Path, model: str) -> list[float]:
    """What the last commands took by a model; nothing where the log does not say."""
    query = "SELECT timings FROM turns WHERE language = 'shell' AND model = ? ORDER BY number DESC LIMIT ?"
    try:
        with open_unchanged(file) as connection:
            rows = connection.execute(query, (model, _LAST)).fetchall()
        return [json.loads(timings)["total_ms"] / 1000 for (timings,) in rows]
    except (OSError, sqlite3.Error, KeyError, TypeError, ValueError):
        return []


def _move_away(file: Path) -> str:
    """With what SQLite keeps beside it, which a new file would else take for its own."""
    old = quote(str(file.parent / "old"))
    return f"mkdir -p {old} && mv {quote(str(file))}* {old}"
