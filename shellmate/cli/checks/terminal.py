"""The terminal and the locale, and the programs beside shellmate that make answers better."""

import locale
import shutil
from collections.abc import Iterator

from shellmate.cli.checks.finding import Finding, note, ok, warning
from shellmate.cli.checks.patient import Patient

_NARROW, _LOW = 40, 10  # columns, lines


def check_terminal(patient: Patient) -> Iterator[Finding]:
    env = patient.env
    term, is_terminal = env.variables.get("TERM", ""), env.stdout_is_terminal or env.stderr_is_terminal
    if not is_terminal:
        yield ok("terminal", "neither stdout nor stderr is one, so nothing is coloured or drawn")
        return
    columns, lines = shutil.get_terminal_size()
    size = f"{columns} columns, {lines} lines"
    if term in ("", "dumb", "unknown"):
        text = f"{size}, TERM is {term or 'not set'}: no colours, and the chat has no editing"
        yield note("terminal", text, "export TERM=xterm-256color")
    elif columns < _NARROW or lines < _LOW:
        yield note("terminal", f"{size}: code is hard to read in so little room", "stty columns 80 rows 24")
    elif env.variables.get("NO_COLOR"):
        yield ok("terminal", f"{term}, {size}, no colours since NO_COLOR is set")
    else:
        yield ok("terminal", f"{term}, {size}, {_count_colours(term)}")


def _count_colours(term: str) -> str:
    try:
        import curses
    except ImportError:  # a Python that was built without it
        return "colours are taken for granted"
    try:
        curses.setupterm(term, 1)
        count = curses.tigetnum("colors")
    except curses.error:
        return "of which the system knows nothing"
    return f"{count:,} colours" if count > 0 else "no colours"


def check_locale(patient: Patient) -> Iterator[Finding]:
    name, value = patient.env.locale
    said = f"{name}={value}" if name else "the locale, which is not set,"
    mend = f"export {'LC_ALL' if name == 'LC_ALL' else 'LC_CTYPE'}=C.UTF-8"
    if not patient.env.speaks_utf8:
        yield note("locale", f"{said} is not UTF-8: what is not ASCII may not be shown as it is", mend)
    elif not _is_installed(value):
        yield warning("locale", f"{said} is not installed here, so programs take C instead", mend)
    else:
        yield ok("locale", said)


def _is_installed(name: str) -> bool:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, name)
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return True


def check_helpers(patient: Patient) -> Iterator[Finding]:
    """bubblewrap, which tries commands out, and the manual, which their options are checked against."""
    from shellmate.answer.trying.sandbox import find_sandbox

    path = patient.env.variables.get("PATH", "")
    if find_sandbox(patient.env.variables):
        yield ok("sandbox", "bubblewrap works")
    elif shutil.which("bwrap", path=path):
        text = "bubblewrap is not allowed to make namespaces: nothing is tried out, and --sandbox fails"
        yield note("sandbox", text, "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0")
    else:
        yield note(
            "sandbox", "without bubblewrap nothing is tried out, and --sandbox fails", _install("bubblewrap", path)
        )
    if not shutil.which("man", path=path):
        yield note("manual", "without man fewer options of programs are known", _install("man-db", path))
    else:
        yield ok("manual", "man is here")


def _install(package: str, path: str) -> str:
    """The command of the system's package manager."""
    managers = {
        "apt-get": f"sudo apt-get install -y {package}",
        "dnf": f"sudo dnf install -y {package}",
        "pacman": f"sudo pacman -S --noconfirm {package}",
        "zypper": f"sudo zypper install -y {package}",
        "apk": f"sudo apk add {package}",
    }
    return next((command for name, command in managers.items() if shutil.which(name, path=path)), "")
