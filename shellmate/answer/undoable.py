"""The form of a command that can be undone."""

import re
import shutil
from collections.abc import Mapping, Sequence

from shellmate.core.errors import UsageError
from shellmate.request.command.simplecommands import COMMAND, read_items

_TRASHES = ("gio trash --", "trash-put --", "trash")  # GNOME's, trash-cli's, macOS's


def undoable_form(code: str, variables: Mapping[str, str]) -> str:
    """What does the same to the eye, and can be taken back; empty where there is no such thing. Only a command on its
    own has one."""
    try:
        items = read_items(code.strip())
    except UsageError:
        return ""
    if len(items) != 1 or items[0].kind != COMMAND or not items[0].words:
        return ""
    words, redirections = [word.raw for word in items[0].words], items[0].redirections
    emptied = [token.word.raw for token in redirections if token.text in (">", "1>") and token.word]
    if emptied:
        return f"cp -- {emptied[0]} {emptied[0]}.bak && {code.strip()}" if not emptied[0].startswith("/dev/") else ""
    return "" if redirections else _of_program(words, variables)


def _of_program(words: Sequence[str], variables: Mapping[str, str]) -> str:
    targets = [word for word in words[1:] if not word.startswith("-")]
    match words[0]:
        case "rm" | "unlink" if targets:
            for trash in _TRASHES:
                if shutil.which(trash.split()[0], path=variables.get("PATH", "")):
                    return f"{trash} {' '.join(targets)}"
            plain = len(targets) == 1 and not re.search(r"[*?\[{$`]", targets[0])
            return f"mv -- {targets[0].rstrip('/')} {targets[0].rstrip('/')}.old" if plain else ""
        case "sed":
            return _with_backup(words, r"-[nErsz]*i|--in-place")
        case "perl":
            return _with_backup(words, r"-p?i")
        case "truncate" if targets:
            return f"cp -- {targets[-1]} {targets[-1]}.bak && {' '.join(words)}"
        case "git":
            return _of_git(list(words[1:]))
    return ""


def _with_backup(words: Sequence[str], option: str) -> str:
    """The words with a suffix behind the option that changes files in place."""
    if not any(re.fullmatch(option, word) for word in words):
        return ""
    equals = {word: "=" if word.startswith("--") else "" for word in words}
    return " ".join(f"{word}{equals[word]}.bak" if re.fullmatch(option, word) else word for word in words)


def _of_git(words: list[str]) -> str:
    if words[:1] == ["reset"] and "--hard" in words:
        return "git stash" if words in (["reset", "--hard"], ["reset", "--hard", "HEAD"]) else ""
    if words[:1] in (["checkout"], ["restore"]) and words[-1] == ".":
        return "git stash"
    if words[:2] == ["checkout", "--"] or (words[:1] == ["restore"] and not any(w.startswith("-") for w in words)):
        paths = words[2:] if words[0] == "checkout" else words[1:]
        return f"git stash push -- {' '.join(paths)}" if paths else ""
    if words[:1] == ["clean"]:
        letters = "".join(word[1:] for word in words if re.fullmatch(r"-\w+", word))
        only_shows = "n" in letters or "--dry-run" in words
        return "" if only_shows else f"git stash {'--all' if 'x' in letters else '--include-untracked'}"
    if words[:1] == ["branch"] and "-D" in words:
        return "git branch -d " + " ".join(word for word in words[1:] if word != "-D")
    if words[:1] == ["push"] and {"--force", "-f"} & set(words):
        return "git " + " ".join("--force-with-lease" if word in ("--force", "-f") else word for word in words)
    return ""
