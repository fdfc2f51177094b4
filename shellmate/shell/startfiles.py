"""The start files of the shells, read as text: where the widget is loaded, and what is bound to its key.

They are not run: that takes long, and writes what they write.
"""

import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shellmate.shell.keys import write_key

_FILES = {
    "bash": (".bashrc", ".bash_profile", ".bash_login", ".profile", ".bash_aliases", ".bashrc.d/*", ".inputrc"),
    "zsh": (".zshenv", ".zprofile", ".zshrc", ".zlogin", ".zshrc.d/*", ".oh-my-zsh/custom/*.zsh"),
    "fish": ("fish/config.fish", "fish/conf.d/*.fish", "fish/functions/fish_user_key_bindings.fish"),
}
LOADING = {
    "bash": 'eval "$(shellmate init bash)"',
    "zsh": 'eval "$(shellmate init zsh)"',
    "fish": "shellmate init fish | source",
}
_INIT = re.compile(r"""\bshellmate["']?\s+init\s+(bash|zsh|fish)\b([^)|`;&]*)""")
_BINDS = {
    "bash": re.compile(r"""^\s*(?:(?:builtin\s+)?bind\b.*?)?["'](?P<key>\\[^"']+)["']\s*:\s*(?P<to>.+)"""),
    "zsh": re.compile(r"""^\s*bindkey\s+(?:-[a-zA-Z]+\s+|-M\s+\S+\s+)*(?:--\s+)?(?P<key>\S+)\s+(?P<to>\S.*)"""),
    "fish": re.compile(r"""^\s*bind\s+(?:-M\s+\S+\s+|--?[a-z]+\s+)*(?P<key>\S+)\s+(?P<to>\S.*)"""),
}
_SOURCES = re.compile(r"""(?:^|[;&|{(]|\bthen|\bdo|\belse)\s*(?:source|\.)\s+("[^"]+"|'[^']+'|[^\s;&|<>()]+)""")
_MOST_BYTES = 1 << 20  # of a file
_MOST_FILES = 50


@dataclass(frozen=True)
class Loaded:
    """A line of a start file that loads the widget for a shell, which may be another one than reads the file. `options`
    are those of `shellmate init`."""

    shell: str
    file: Path
    line: int
    options: tuple[str, ...]

    @property
    def takes_key(self) -> bool:
        """Whether it takes the key whatever is bound to it."""
        return "--force" in self.options

    @property
    def key(self) -> str | None:
        """The key that it gives, or None where that is left to the settings."""
        for option, value in zip(self.options, [*self.options[1:], ""], strict=False):
            if option == "--key":
                return value
            if option.startswith("--key="):
                return option.partition("=")[2]
        return None


def start_files(shell: str, variables: Mapping[str, str]) -> Iterator[Path]:
    """Those that there are, of the user's, each once and before the files that it reads itself. Another shell's own
    ones are left out: what reads them does so for what both understand."""
    others = {file for other in _FILES if other != shell for file in _own_files(other, variables)}
    seen: dict[Path, None] = {}
    waiting = list(_own_files(shell, variables))
    while waiting and len(seen) < _MOST_FILES:
        file = waiting.pop(0)
        if file not in seen and file not in others:
            seen[file] = None
            waiting = [*_read_by(file, variables), *waiting]
    yield from seen


def _read_by(file: Path, variables: Mapping[str, str]) -> Iterator[Path]:
    """The files that a start file has read by name, in so far as that depends on no more than a few variables."""
    home = variables.get("HOME", "")
    known = {"HOME": home, "ZDOTDIR": variables.get("ZDOTDIR") or home}
    known["XDG_CONFIG_HOME"] = variables.get("XDG_CONFIG_HOME") or f"{home}/.config"
    for _, line in _lines(file):
        for written in _SOURCES.findall(line):
            name = re.sub(r"^~(?=/)", "$HOME", written.strip("\"'"))
            name = re.sub(r"\$(?:(\w+)|\{(\w+)(?::?-[^{}]*)?\})", lambda m: known.get(m[1] or m[2], "$"), name)
            if os.path.isabs(name) and "$" not in name and os.path.isfile(name):
                yield Path(name)


def _own_files(shell: str, variables: Mapping[str, str]) -> Iterator[Path]:
    home = variables.get("HOME", "")
    config = variables.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
    base = {"zsh": variables.get("ZDOTDIR") or home, "fish": config}.get(shell, home)
    if not os.path.isabs(base):
        return
    for pattern in _FILES[shell]:
        yield from sorted(file for file in Path(base).glob(pattern) if file.is_file())


def main_file(shell: str, variables: Mapping[str, str]) -> str:
    """The file that the widget is best loaded in, as a word of the shell."""
    if shell == "fish":
        return f"{'$XDG_CONFIG_HOME' if variables.get('XDG_CONFIG_HOME') else '~/.config'}/fish/config.fish"
    return '"${ZDOTDIR:-$HOME}/.zshrc"' if shell == "zsh" else "~/.bashrc"


def find_loaded(files: Sequence[Path]) -> Iterator[Loaded]:
    """Each line that loads a widget."""
    for file in files:
        for number, line in _lines(file):
            if found := _INIT.search(line):
                yield Loaded(found[1], file, number, tuple(_words(found[2])))


def find_bound(shell: str, key: str, files: Sequence[Path]) -> str:
    """What the start files bind to a key, and where; empty for nothing."""
    wanted = _plain(write_key(key, shell))
    for file in files:
        for number, line in _lines(file):
            found = _BINDS[shell].match(line)
            if found and _plain(found["key"]) == wanted:
                return f"{_words_of(found['to'])} ({file}, line {number})"
    return ""


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, without those that are comments; none where it cannot be read."""
    try:
        with file.open("rb") as opened:
            text = opened.read(_MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _words_of(text: str) -> str:
    return text.split(" #")[0].strip().strip("'\"").strip() or "something"


def _plain(written: str) -> str:
    """A key in one way of writing, of the several that there are."""
    text = written.strip("'\"").replace("'", "")
    for escape in ("\\M-", "\\e", "\\E", "\\033", "\\x1b", "^["):
        text = text.replace(escape, "<esc>")
    return re.sub(r"(?:\\C-|\\c|\^)([A-Za-z])", lambda m: f"<ctrl-{m[1].lower()}>", text)
