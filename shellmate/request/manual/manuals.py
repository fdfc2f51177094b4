"""The texts that this machine has about a program: its man page, bash's help for a builtin, its own --help,
or fish's completions."""

import os
import re
import shutil
import signal
import stat
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from shellmate.request.command.shellnames import BUILTINS
from shellmate.request.manual.completionfiles import find_completions, page_from
from shellmate.request.manual.pages import Page
from shellmate.request.manual.pagestore import PageStore

SECONDS = 2
MOST_BYTES = 4 << 20
MOST_PAGES = 50  # each takes some 70 ms
NEUTRAL = "/"
SYSTEM_FOLDERS = (
    "/bin", "/usr/bin", "/usr/sbin", "/sbin", "/usr/local/bin", "/opt/homebrew/bin", "/home/linuxbrew/.linuxbrew/bin"
)  # fmt: skip
_SYSTEM_TREES = ("/bin/", "/sbin/", "/lib/", "/usr/", "/opt/homebrew/", "/home/linuxbrew/")
_NOT_HANDED_ON = ("BASH_", "ENV", "LESS", "MAN", "DISPLAY", "WAYLAND_")
_NEVER_STARTED = re.compile(r"halt|poweroff|reboot|shutdown|(tel)?init|mkfs.*|kexec|killall5|runlevel|su|login")
_HELPFUL_BELOW = frozenset(("cargo", "docker", "gh", "helm", "kubectl", "podman"))  # whose commands all know --help
_NAME = re.compile(r"\[|[\w][\w.+:@-]*")
_OVERSTRUCK = re.compile(r"[^\n]\x08")
_ESCAPE = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-9;?]*[A-Za-z]|\x1b.")


@dataclass
class Manuals:
    """Looks up pages once each. `variables` are the process's; a `store` keeps pages for the next one; the programs
    that are `trusted` may be run for their --help even where they are not the system's."""

    variables: Mapping[str, str]
    cwd: Path
    store: PageStore | None = None
    trusted: frozenset[str] = frozenset()
    _pages: dict[str, Page | None] = field(default_factory=dict)
    _completed: dict[str, frozenset[str]] = field(default_factory=dict)

    def find_program(self, name: str) -> str:
        """The path of a program that a shell in `cwd` would start by that name; empty where there is none."""
        if "/" in name:
            path = self.cwd / Path(name).expanduser() if name.startswith("~/") else self.cwd / name
            return str(path) if path.is_file() and os.access(path, os.X_OK) else ""
        if not _NAME.fullmatch(name):
            return ""
        return shutil.which(name, path=self.variables.get("PATH", os.defpath)) or ""

    def page_of(self, name: str) -> Page | None:
        """What there is about a builtin or a program; None where there is nothing, or it is not safe to ask."""
        if name not in self._pages:
            if len(self._pages) >= MOST_PAGES:
                return None
            self._pages[name] = self._kept(name, name, self._look_up)
        return self._pages[name]

    def page_below(self, name: str, command: str) -> Page | None:
        """What there is about a command of a program, such as git's commit."""
        key = f"{name} {command}"
        if key not in self._pages:
            self._pages[key] = self._kept(key, name, lambda _: self._look_up_below(name, command))
        return self._pages[key]

    def _kept(self, key: str, name: str, look_up: Callable[[str], Page | None]) -> Page | None:
        """A page about a program: the store's, or where that is of another program by the name what is looked up."""
        if self.store is None:
            return look_up(name)
        stamp = self._stamp(name)
        if kept := self.store.read(key, stamp):
            return kept
        page = look_up(name)
        if page:  # that none was found may be for want of time, and is not kept
            self.store.write(key, stamp, page)
        return page

    def _stamp(self, name: str) -> str:
        """What is another once the program, or the language that its page is in, is another."""
        path = self.find_program("bash" if name in BUILTINS else name)
        languages = [self.variables.get(variable, "") for variable in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")]
        with suppress(OSError):
            about = os.stat(path)
            return f"{Path(path).resolve()} {about.st_size} {about.st_mtime_ns} {':'.join(languages)}"
        return ""

    def _look_up_below(self, name: str, command: str) -> Page | None:
        page = self._man(f"{name}-{command}")
        if not page and name in _HELPFUL_BELOW and re.fullmatch(r"[a-z][a-z-]*", command):
            page = self._help(name, command, "--help")
        return page

    def _look_up(self, name: str) -> Page | None:
        if name in BUILTINS:
            # In bash even where it is another shell: the builtins are the same by and large.
            said = self._run(
                "bash", "--norc", "--noprofile", "-c", 'builtin help -- "$1"', "bash", "test" if name == "[" else name
            )
            return _page("bash", said) if said else None
        if "/" in name:
            path = Path(self.find_program(name) or NEUTRAL)
            if str(path.parent) not in SYSTEM_FOLDERS:
                return None  # a script of the user's own, which a page of the same name is not about
            name = path.name
        if self._is_busybox(name):
            return self._help(name, "--help")  # a man page would be about another program of the name
        return self._man(name) or self._help(name, "--help") or page_from(find_completions(name, self.variables))

    def _is_busybox(self, name: str) -> bool:
        return Path(self.find_program(name)).resolve().name == "busybox"

    def completes(self, name: str, option: str) -> bool:
        """Whether a shell's completion file knows an option of a program that is here, in whatever variant of it but
        busybox's, which has the fewest."""
        if name not in self._completed:
            is_told = self.find_program(name) and not self._is_busybox(name)
            found = find_completions(name, self.variables) if is_told else []
            self._completed[name] = frozenset(each for completion in found for each in completion.names)
        return option.partition("=")[0] in self._completed[name]

    def _man(self, name: str) -> Page | None:
        if not _NAME.fullmatch(name):
            return None
        said = self._run("man", "-P", "cat", name)
        return _page("man", said) if said else None

    def _help(self, name: str, *arguments: str) -> Page | None:
        path = self.find_program(name)
        if not path or not (is_system_program(path) or name in self.trusted):
            return None
        said = self._run(path, *arguments, harmless=False)
        return _page("--help", said) if said else None

    def _run(self, *command: str, harmless: bool = True) -> str:
        """What a command says on stdout, or on stderr where that is all; empty where it fails, or takes too long."""
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if harmless else subprocess.STDOUT,
                cwd=NEUTRAL,
                env=self._variables(),
                start_new_session=True,  # no terminal to ask on, and one group to end
            )
        except (OSError, ValueError):
            return ""
        try:
            said, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return ""
        finally:
            _end(process)
        if process.returncode and harmless:
            return ""
        return clean(said[:MOST_BYTES].decode("utf-8", "replace"))

    def _variables(self) -> dict[str, str]:
        """The user's, locale included, without what would have bash run or man format something else."""
        kept = {k: v for k, v in self.variables.items() if not k.startswith(_NOT_HANDED_ON)}
        kept |= {k: self.variables[k] for k in ("MANPATH", "MANSECT") if k in self.variables}
        wide = {"MANPAGER": "cat", "PAGER": "cat", "MANWIDTH": "1000", "MANOPT": "--nj --nh", "TERM": "dumb"}
        return kept | wide | {"COLUMNS": "200"}


def is_system_program(path: str) -> bool:
    """Whether a program is the system's, so that `--help` can be asked of it: in a system folder, and root's alone."""
    if str(Path(path).parent) not in SYSTEM_FOLDERS or _NEVER_STARTED.fullmatch(Path(path).name):
        return False
    try:
        target = Path(path).resolve(strict=True)
        about = target.stat()
    except (OSError, RuntimeError):
        return False
    writable_by_others = about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return (
        stat.S_ISREG(about.st_mode)
        and not about.st_uid
        and not writable_by_others
        and str(target).startswith(_SYSTEM_TREES)
    )


def clean(text: str) -> str:
    """A page without overstriking and escape sequences, in the way of col -b."""
    while "\x08" in text:
        text, before = _OVERSTRUCK.sub("", text), text
        if text == before:
            break
    text = _ESCAPE.sub("", text).replace("\r\n", "\n").replace("\t", "  \t").expandtabs()
    return "".join(c for c in text if c == "\n" or c.isprintable())


def _page(source: str, said: str) -> Page:
    return Page(source, tuple(line.rstrip() for line in said.strip("\n").split("\n")))


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a command that has not ended in time, and what it has started."""
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    if process.stdout:
        process.stdout.close()
    process.wait()
