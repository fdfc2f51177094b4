"""Whether a snippet parses: the whole of it, or as far as it has come."""

import ast
import warnings
from codeop import PyCF_ALLOW_INCOMPLETE_INPUT  # type: ignore[attr-defined]
from dataclasses import dataclass

from shellmate.answer.shell_syntax import Complaint, NoShellError, ShellFailedError, read_script
from shellmate.answer.showing.sanitise import make_visible

# What CPython's parser raises for NUL bytes and lone surrogates, for nesting too deep, for numbers too long.
BEYOND_THE_PARSER = (ValueError, RecursionError, MemoryError, OverflowError)


@dataclass(frozen=True)
class Verdict:
    """`reason` is one line for people, such as "line 3: unterminated quote"; empty where the code is valid."""

    valid: bool
    reason: str = ""


VALID = Verdict(True)
EMPTY = Verdict(False, "empty")


def check_syntax(language: str, code: str, shell: str = "bash") -> Verdict:
    """Whether `code` as a whole parses as "shell" (by the named shell) or "python"; any other language does.

    Code of nothing but blanks and comments is no answer and invalid. Raises nothing.
    """
    if language == "python":
        return _check_python(code)
    if language == "shell":
        return EMPTY if _is_empty_script(code) else _check_script(code, shell)
    return VALID


def can_continue(language: str, code: str, shell: str = "bash") -> Verdict:
    """Whether `code`, complete lines, can be the beginning of code that parses.

    In doubt it can: a true beginning is never called wrong. Raises nothing.
    """
    if language == "python":
        return _continue_python(code)
    if language == "shell":
        return _continue_script(code, shell)
    return VALID


def parse_beginning(code: str) -> ast.Module | None:
    """The tree of Python code, or None where it does not parse as it stands."""
    try:
        return _parse_python(code)
    except (SyntaxError, *BEYOND_THE_PARSER):
        return None


def _check_python(code: str) -> Verdict:
    try:
        if not _parse_python(code).body:
            return EMPTY
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Only compiling finds a `return` outside a function. It folds constants, bounded, and runs nothing.
            compile(code, "<answer>", "exec", dont_inherit=True)
    except (SyntaxError, *BEYOND_THE_PARSER) as error:
        return _python_verdict(error)
    return VALID


def _continue_python(code: str) -> Verdict:
    try:
        _parse_python(code, PyCF_ALLOW_INCOMPLETE_INPUT)
    except SyntaxError as error:
        return VALID if str(error).startswith("incomplete input") else _python_verdict(error)
    except BEYOND_THE_PARSER as error:
        return _python_verdict(error)
    return VALID


def _parse_python(code: str, flags: int = 0) -> ast.Module:
    with warnings.catch_warnings():  # an invalid escape is a warning, which nobody asked for
        warnings.simplefilter("ignore")
        tree = compile(code, "<answer>", "exec", ast.PyCF_ONLY_AST | flags, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    return tree


def _python_verdict(error: BaseException) -> Verdict:
    if isinstance(error, RecursionError | MemoryError):
        return Verdict(False, "nested too deeply")
    if isinstance(error, SyntaxError) and error.msg:
        where = f"line {error.lineno}: " if error.lineno else ""
        return Verdict(False, where + make_visible(error.msg.replace("\n", " ")))
    return Verdict(False, make_visible(str(error).replace("\n", " ")) or "not Python")


def _is_empty_script(code: str) -> bool:
    return all(not line or line.startswith("#") for line in (line.strip() for line in code.split("\n")))


def _check_script(code: str, shell: str) -> Verdict:
    try:
        complaints = _read(code, shell)
    except NoShellError:
        return VALID
    except ShellFailedError:
        return Verdict(False, "the shell could not read it in time")
    return Verdict(False, str(complaints[0])) if complaints else VALID


def _continue_script(code: str, shell: str) -> Verdict:
    if shell in ("zsh", "fish"):  # they do not tell what is unfinished from what is wrong
        return VALID
    try:
        errors = [complaint for complaint in _read(code, shell) if not complaint.is_warning]
    except (NoShellError, ShellFailedError):
        return VALID
    # The first error decides: what a shell says after it has met the end follows from that.
    return VALID if not errors or errors[0].at_end else Verdict(False, str(errors[0]))


def _read(code: str, shell: str) -> list[Complaint]:
    if "\0" in code:  # bash would leave it out, and so read another script than this one
        line = code[: code.index("\0")].count("\n") + 1
        return [Complaint(line, "a NUL character", at_end=False)]
    return read_script(code, shell)
