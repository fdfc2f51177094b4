"""The files that a command would hit which finds them itself: find and git clean, put so that they only name them."""

import glob
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from shellmate.answer.judging.escapes import decode_escapes
from shellmate.answer.judging.marks import HOME, is_glob, reveal

_CLEANED = "Would remove "  # what git clean -n says in front of each


def list_files(command: Sequence[str], folder: str, home: Path, seconds: float) -> tuple[list[str], bool]:
    """The paths that a command names, whose words are shielded, run in the folder; and whether these are all that it
    names in so many seconds. What cannot be run names nothing."""
    words = [word for given in command for word in _expand(given, folder, home)]
    try:
        done = subprocess.run(
            ["env", "LC_ALL=C", *_quietly(words)],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=max(seconds, 0.0),
        )
        output, is_whole = done.stdout, True
    except subprocess.TimeoutExpired as expired:
        output, is_whole = expired.stdout or b"", False
    except (OSError, ValueError):
        return [], True
    text = output.decode("utf-8", "surrogateescape")
    named = _cleaned(text) if words[0] == "git" else (name for name in text.split("\0")[:-1])
    inside = os.path.join(folder, words[2]) if words[:2] == ["git", "-C"] else folder
    return [os.path.join(inside, name) for name in named], is_whole


def at_home(path: str, home: Path) -> str:
    return str(home) + path[len(HOME) :] if path == HOME or path.startswith(f"{HOME}/") else path


def _expand(word: str, folder: str, home: Path) -> list[str]:
    """The words that a shell makes of one; a file whose name looks like an option is none."""
    plain = at_home(reveal(word), home)
    if not is_glob(word):
        return [plain]
    names = sorted(glob.glob(plain, root_dir=folder)) or [plain]
    return [name if name[:1] not in "-(!," else f"./{name}" for name in names]


def _quietly(words: list[str]) -> list[str]:
    """git without a program of the repository's own, and without quotes around what is not ASCII."""
    if words[0] != "git":
        return words
    return ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", *words[1:]]


def _cleaned(text: str) -> Iterator[str]:
    for line in text.splitlines():
        name = line.removeprefix(_CLEANED)
        if name != line:
            yield decode_escapes(name[1:-1]) if re.fullmatch(r'".*"', name) else name
