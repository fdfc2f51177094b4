"""The directories: whose they are, who may look into them, whether they can be written, how much room there is."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from shlex import quote
from shutil import disk_usage

from shellmate.cli.checks.finding import Finding, broken, note, ok, warning
from shellmate.cli.checks.patient import Patient
from shellmate.core.paths import reason
from shellmate.models.words import megabytes

KINDS = ("config", "data", "cache", "state", "runtime")
_OTHERS = 0o077
_OTHERS_MAY_WRITE = 0o022
_LITTLE_ROOM = 64 << 20  # bytes: some states of prompts
_MOST_FILES = 5000  # of a directory, that are looked at


def check_home(patient: Patient) -> Iterator[Finding]:
    """The home directory, which all others are in by default."""
    home = patient.env.variables.get("HOME", "")
    if not home:
        usual = os.path.expanduser("~")
        mend = f"export HOME={quote(usual)}" if os.path.isdir(usual) else 'export HOME="$(mktemp -d)"'
        yield note("home", "HOME is not set, so shells find no start file", mend)
    elif not os.path.isabs(home) or not os.path.isdir(home):
        yield warning("home", f"HOME is {home}, which is no directory", 'export HOME="$(mktemp -d)"')


def check_places(patient: Patient) -> Iterator[Finding]:
    for kind in KINDS:
        place: Path = getattr(patient.paths, kind)
        try:
            yield next(_find_faults(kind, place, patient), ok(_name(kind), str(place)))
        except OSError as error:
            yield broken(_name(kind), f"{place} cannot be looked at: {reason(error)}", patient.let_in(place))


def _find_faults(kind: str, place: Path, patient: Patient) -> Iterator[Finding]:
    """What is wrong with a directory, the worst first."""
    there = _nearest(place)
    if not there.is_dir():
        yield broken(_name(kind), f"{there} is not a directory", _elsewhere(kind))
        return
    status = there.stat()
    if place == there and status.st_uid != os.getuid() and kind != "data":
        yield _foreign(kind, place, status)
    if not os.access(there, os.W_OK | os.X_OK):
        yield _unwritable(kind, place, there, status, patient)
    free = disk_usage(there).free
    if free < _LITTLE_ROOM and kind != "config":
        yield _little_room(kind, place, free)
    if place == there and status.st_mode & (_OTHERS_MAY_WRITE if kind == "data" else _OTHERS):
        what = "write in it" if status.st_mode & _OTHERS_MAY_WRITE else "look into it"
        judge = broken if kind == "runtime" else _judge_open(kind, patient)  # `make_runtime_directory` refuses it
        yield judge(
            _name(kind), f"{place} has mode {_mode(status)}: others can {what}", f"chmod go= {quote(str(place))}"
        )
    if kind in ("config", "cache", "state") and place == there and (file := _open_file(place)):
        text = f"others can read {file} (mode {_mode(file.stat())}) where the directory lets them"
        yield _judge_open(kind, patient)(_name(kind), text, f"chmod -R go= {quote(str(place))}")


def _judge_open(kind: str, patient: Patient) -> Callable[..., Finding]:
    """Settings are no secret, unless there is a key to somebody else's engine among them."""
    try:
        has_secret = kind != "config" or b"api_key" in patient.paths.config_file.read_bytes()
    except OSError:
        has_secret = False
    return warning if has_secret else note


def _foreign(kind: str, place: Path, status: os.stat_result) -> Finding:
    judge = broken if kind == "runtime" else warning  # where `make_runtime_directory` refuses it
    text = f"{place} belongs to {_name_of(status.st_uid)}"
    if os.getuid() == 0:
        return judge(_name(kind), f"{text}, and what root keeps there is root's", _elsewhere(kind))
    return judge(_name(kind), text, f'sudo chown -R "$(id -u):$(id -g)" {quote(str(place))}')


def _unwritable(kind: str, place: Path, there: Path, status: os.stat_result, patient: Patient) -> Finding:
    judge = note if kind in ("config", "data") else warning
    if kind == "data" and not patient.is_remote and not _has_model(patient.paths.models):
        judge = broken  # nothing can be fetched
    if status.st_uid == os.getuid() and status.st_mode & 0o300 != 0o300:
        return judge(
            _name(kind), f"{there} cannot be written (mode {_mode(status)})", f"chmod u+rwx {quote(str(there))}"
        )
    return judge(_name(kind), f"{place} cannot be written, so nothing new is kept there", _elsewhere(kind))


def _has_model(folder: Path) -> bool:
    try:
        return any(name.endswith(".gguf") for name in os.listdir(folder))
    except OSError:
        return False


def _little_room(kind: str, place: Path, free: int) -> Finding:
    text = f"there is hardly any room left for {place}: {megabytes(free)}"
    return warning(_name(kind), text, _elsewhere(kind))


def _name(kind: str) -> str:
    return f"{kind} dir"


def _elsewhere(kind: str) -> str:
    return f'export SHELLMATE_{kind.upper()}_DIR="$(mktemp -d)"'


def _nearest(place: Path) -> Path:
    """The directory, or what there is of the path to it."""
    return next(path for path in (place, *place.absolute().parents) if os.path.lexists(path))


def _open_file(place: Path) -> Path | None:
    """A file of the directory that others may read, in so far as its mode says."""
    seen = 0
    for folder, _, names in os.walk(place):
        for name in names:
            file = Path(folder, name)
            seen += 1
            if seen > _MOST_FILES:
                return None
            status = file.lstat()
            if stat.S_ISREG(status.st_mode) and status.st_mode & _OTHERS:
                return file
    return None


def _mode(status: os.stat_result) -> str:
    return f"{stat.S_IMODE(status.st_mode):04o}"


def _name_of(uid: int) -> str:
    from pwd import getpwuid

    try:
        return getpwuid(uid).pw_name
    except KeyError:
        return f"the user {uid}"
