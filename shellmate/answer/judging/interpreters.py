"""Programs that are handed code: where it is, and in which language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shellmate.answer.judging.call import Call
from shellmate.answer.judging.marks import reveal
from shellmate.answer.judging.tables import options, programs

SHELL, PYTHON, SCRIPT, SQL, RECIPES, TIMETABLE = "shell", "python", "script", "sql", "recipes", "timetable"
_SHELL_VALUED = ("-o", "+o", "-O", "+O", "--rcfile", "--init-file")
_SED_RUNS = re.compile(r"(?:^|[;{\d$/]) *e +([^;]+)")
_SED_RUNS_RESULT = re.compile(r"s([/|#,@])(?:\\.|(?!\1).)*\1((?:\\.|(?!\1).)*)\1[gIp\d]*e")
_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
_CRON = re.compile(r"^\s*(?:@\w+|(?:[\d*/,\-A-Za-z]+\s+){5})(.*)$", re.MULTILINE)
_PYTHON = re.compile(r"(python|pypy|ipython)[\d.]*w?")


@dataclass(frozen=True)
class Code:
    """`text` in a `language`; `arguments` are those it is given, shielded."""

    language: str
    text: str
    arguments: tuple[str, ...] = ()


def _texts() -> frozenset[str]:
    return programs("awks") | programs("seds")


def language_of(program: str) -> str:
    """The language of what a program is handed; empty where it is no interpreter."""
    if program in programs("shells"):
        return SHELL
    if _PYTHON.fullmatch(program):
        return PYTHON
    if program in options("scripts") or program in _texts():
        return SCRIPT
    if program in ("make", "gmake"):
        return RECIPES
    if program in ("at", "batch", "crontab"):
        return TIMETABLE
    return SQL if program in options("databases") else ""


def code_of(call: Call) -> Iterator[Code]:
    """The code that an interpreter is handed, as an argument, as a file that is known, or on its standard input."""
    match language_of(call.program):
        case "shell":
            yield from _of_shell(call)
        case "python":
            yield from _of_program(call, PYTHON, ("-c",), ("-m", "-W", "-X"))
        case "recipes":
            yield from _of_recipes(call)
        case "timetable" if call.stdin:
            lines = _CRON.findall(call.stdin) if call.program == "crontab" else [call.stdin]
            yield from (Code(SHELL, line) for line in lines)
        case "script" if call.program in _texts():
            operands = call.operands(("-F", "-v", "-f", "-e"))
            given = [value for value in [call.value_of("-e"), *map(reveal, operands[:1])] if value]
            yield from (Code(SCRIPT, text) for text in given)
            if call.program in programs("seds"):
                yield from (Code(SHELL, found) for text in given for found in _SED_RUNS.findall(text))
                made = (found[2] for text in given for found in _SED_RUNS_RESULT.finditer(text))
                yield from (Code(SHELL, re.sub(r"\\(.)", r"\1", text)) for text in made)
        case "script":
            yield from _of_program(call, SCRIPT, options("scripts")[call.program], ())
        case "sql":
            operands = [reveal(word) for word in call.operands()]
            texts = [value for option in options("databases")[call.program] if (value := call.value_of(option))]
            yield from (Code(SQL, text) for text in [*texts, *operands[1:], *operands[:1], " ".join(operands)])
            if call.stdin is not None:
                yield Code(SQL, call.stdin)


def _of_shell(call: Call) -> Iterator[Code]:
    at = 0
    while at < len(call.values):
        value = call.values[at]
        if re.fullmatch(r"-[a-zA-Z]*c|--command|-Command|-EncodedCommand", value):
            rest = at + 1
            while rest < len(call.values) and call.values[rest].startswith(("-", "+")) and len(call.values[rest]) < 12:
                rest += 1
            yield from (Code(SHELL, reveal(word), call.words[rest + 2 :]) for word in call.words[rest : rest + 1])
            return
        if re.fullmatch(r"-[a-zA-Z]*n[a-zA-Z]*", value):
            return
        if re.fullmatch(r"-[a-zA-Z]*s[a-zA-Z]*", value):
            break
        if value.startswith(("-", "+")):
            at += 2 if value in _SHELL_VALUED or re.fullmatch(r"[-+][a-zA-Z]+[oO]", value) else 1
        if at < len(call.values) and not call.values[at].startswith(("-", "+")):
            yield from _of_file(call, SHELL, call.values[at], call.words[at + 1 :])
            return
    if call.stdin is not None:
        yield Code(SHELL, call.stdin)


def _of_recipes(call: Call) -> Iterator[Code]:
    """The commands of a makefile that is known, whatever its targets."""
    named = call.value_of("-f", "--file", "--makefile")
    if call.has("-f") and named in (None, "-", "/dev/stdin"):  # the parser takes a - in front of << for a part of it
        texts = [call.stdin]
    else:
        texts = [call.state.written(name) for name in ([named] if named else _MAKEFILES)]
    for text in texts:
        commands = [line.strip().lstrip("@+-") for line in (text or "").splitlines() if line.startswith("\t")]
        if commands:
            yield Code(SHELL, "\n".join(commands))


def _of_program(call: Call, language: str, options: tuple[str, ...], valued: tuple[str, ...]) -> Iterator[Code]:
    for at, value in enumerate(call.values):
        for option in options:
            if value == option or (len(option) == 2 and re.fullmatch(rf"-[a-zA-Z]*{option[1]}", value)):
                yield from (Code(language, reveal(word)) for word in call.words[at + 1 : at + 2])
                return
        if value in valued:
            return
        if not value.startswith("-"):
            yield from _of_file(call, language, value, call.words[at + 1 :])
            return
    if call.stdin is not None:
        yield Code(language, call.stdin)


def _of_file(call: Call, language: str, name: str, arguments: tuple[str, ...]) -> Iterator[Code]:
    text = call.stdin if name in ("/dev/stdin", "-") else call.state.written(name)
    if text is not None:
        yield Code(language, text, arguments)
