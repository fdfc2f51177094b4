"""What code would do that cannot be undone, judged by its syntax; nothing is run.

Level danger is what nobody can mean: a disk overwritten, all of a home deleted, a download run unseen. It is never run.
Caution is what may be meant and has to be read. What cannot be read is caution as well, never safe.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile, pairwise

from shellmate.answer.check import parse_beginning
from shellmate.answer.dangerrules import (
    CAUTION,
    DANGER,
    INTERPRETERS,
    Finding,
    find_in_program,
    find_in_redirection,
    unwrap,
)
from shellmate.core.errors import UsageError
from shellmate.request.command.commandline import Word
from shellmate.request.command.simplecommands import COMMAND, FUNCTION, Item, assigned_variable, read_items

SAFE = "safe"
_LEVELS = (SAFE, CAUTION, DANGER)
_DEEPEST = 12
_FORK_BOMB = re.compile(r"(\S+?)\s*\(\)\s*\{[^}]{0,200}?\1\s*\|\s*\1\s*&")
_PYTHON_DELETES = {"rmtree": "deletes a folder and all in it", "removedirs": "deletes folders"}
_PYTHON_SHELLS = {"system", "popen", "run", "call", "check_call", "check_output", "Popen", "getoutput"}


@dataclass(frozen=True)
class Verdict:
    """`level` is safe, caution or danger; `reasons` say what the code does, worst first."""

    level: str = SAFE
    reasons: tuple[str, ...] = ()


def judge(language: str, code: str) -> Verdict:
    """The verdict on a snippet in shell or python; any other text does nothing. Raises nothing."""
    findings: list[Finding] = []
    if language == "shell":
        findings = list(_find_in_shell(code, 0))
    elif language == "python":
        findings = list(_find_in_python(code))
    findings.sort(key=lambda finding: -_LEVELS.index(finding.level))
    level = findings[0].level if findings else SAFE
    return Verdict(level, tuple(dict.fromkeys(finding.reason for finding in findings)))


def _find_in_shell(code: str, depth: int) -> Iterator[Finding]:
    if _FORK_BOMB.search(code):
        yield Finding(DANGER, "starts copies of itself without end")
    if depth >= _DEEPEST:
        yield Finding(CAUTION, "is nested too deeply to be judged")
        return
    try:
        items = read_items(code)
    except UsageError:
        yield Finding(CAUTION, "cannot be read as a command")
        return
    for at, item in enumerate(items):
        if item.kind == COMMAND:
            yield from _find_in_command(item, depth)
            yield from _find_in_pipe(items, at)
        elif item.kind != FUNCTION:
            for inner in re.findall(r"\$\(([^()]*)\)", item.text):  # of what a loop runs over
                yield from _find_in_shell(inner, depth + 1)


def _find_in_command(item: Item, depth: int) -> Iterator[Finding]:
    for token in item.redirections:
        if token.word:
            yield from find_in_redirection(token.text, token.word.value)
    for word in item.words:
        for _, inner in word.commands:
            yield from _find_in_shell(inner, depth + 1)
    words = list(dropwhile(assigned_variable, item.words))
    for program, arguments in unwrap(words):
        yield from find_in_program(program, arguments)
        if _runs_a_download(program, arguments, depth):
            yield Finding(DANGER, "runs what it downloads or decodes, unseen")
        if (text := _code_for(program, arguments)) is not None:
            yield from _find_in_shell(text, depth + 1)


def _code_for(program: str, arguments: Sequence[Word]) -> str | None:
    """The shell code that a command has as an argument."""
    if program == "eval":
        return " ".join(word.value for word in arguments)
    if program in INTERPRETERS or program == "su":
        for option, code in pairwise(arguments):
            if re.fullmatch(r"-[a-z]*c", option.value):
                return code.value
    return None


def _find_in_pipe(items: Sequence[Item], at: int) -> Iterator[Finding]:
    """A download, or decoded text, that goes straight to an interpreter."""
    if at < 2 or items[at - 1].text not in ("|", "|&"):
        return
    receiver, arguments = (unwrap(items[at].words) or [("", ())])[-1]
    options = [word.value for word in arguments if word.value.startswith("-")]
    reads_stdin = "-s" in options or len(options) == len(arguments)
    has_script = not reads_stdin or "-n" in options
    if receiver not in {*INTERPRETERS, "python", "python3", "perl", "ruby", "node"} or has_script:
        return
    before = [found for item in items[:at] if item.kind == COMMAND for found in unwrap(item.words)]
    if any(_fetches(program, arguments) for program, arguments in before):
        yield Finding(DANGER, "runs what it downloads or decodes, unseen")
    else:
        yield Finding(CAUTION, "runs what another command prints")


def _fetches(program: str, arguments: Sequence[Word]) -> bool:
    """Whether what a command prints comes from elsewhere, or was hidden."""
    decodes = any(re.fullmatch(r"-[a-zA-Z]*[dDr]|--decode", word.value) for word in arguments)
    return program in ("curl", "wget") or (program in ("base64", "xxd") and decodes)


def _runs_a_download(program: str, arguments: Sequence[Word], depth: int) -> bool:
    """Whether a command runs what another fetches in its place: bash -c "$(curl x)", source <(curl x)."""
    if program not in {*INTERPRETERS, "eval", "source", "."} or depth >= _DEEPEST:
        return False
    for text in (inner for word in arguments for _, inner in word.commands):
        try:
            commands = [item for item in read_items(text) if item.kind == COMMAND]
        except UsageError:
            continue
        if any(_fetches(*found) for item in commands for found in unwrap(item.words)):
            return True
    return False


def _find_in_python(code: str) -> Iterator[Finding]:
    tree = parse_beginning(code)
    for node in ast.walk(tree) if tree else ():
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _PYTHON_DELETES:
            yield Finding(CAUTION, _PYTHON_DELETES[name])
        elif name in ("remove", "unlink", "rmdir") and _is_of_files(node.func):
            yield Finding(CAUTION, "deletes files")
        elif name in _PYTHON_SHELLS and node.args:
            yield from _find_in_argument(node.args[0])


def _is_of_files(function: ast.expr) -> bool:
    """Whether it is os.remove or a path's unlink, and no list's remove."""
    if not isinstance(function, ast.Attribute):
        return False
    owner = function.value
    return function.attr != "remove" or (isinstance(owner, ast.Name) and owner.id == "os")


def _find_in_argument(argument: ast.expr) -> Iterator[Finding]:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield from _find_in_shell(argument.value, 1)
    elif isinstance(argument, ast.List) and all(isinstance(e, ast.Constant) for e in argument.elts):
        words = [Word(str(e.value), str(e.value), str(e.value)) for e in argument.elts if isinstance(e, ast.Constant)]
        for program, arguments in unwrap(words):
            yield from find_in_program(program, arguments)
