"""What is wrong with code that parses: what it needs and this machine has not, and how it fails where it is tried."""

import ast
import os
import re
import shutil
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from shellmate.answer.check import parse_beginning
from shellmate.answer.trying.cases import Case, find_cases, find_failure

if TYPE_CHECKING:
    from shellmate.request.command.parts import Explainer

_SECONDS = 2
_ASK = "import sys, importlib.util as u; print(*[n for n in sys.argv[1:] if not u.find_spec(n)])"


@dataclass
class Trials:
    """Looks at answers to a question. `variables` are the process's; `runs` where what only reads, and what the
    question has examples for, may be run in a sandbox; `names` are those of the aliases and functions of the user's
    shell.

    What it looks with is imported when there is an answer to look at: nobody waits for that before the first token.
    """

    words: str
    cwd: Path
    variables: Mapping[str, str]
    open_explainer: Callable[[], "Explainer"]
    runs: bool = True
    names: Collection[str] = ()

    @cached_property
    def explainer(self) -> "Explainer":
        return self.open_explainer()

    @cached_property
    def cases(self) -> list[Case]:
        return find_cases(self.words)

    def find_faults(self, language: str, code: str) -> list[str]:
        """What is wrong with a whole answer, in words."""
        if language == "shell":
            return self._find_in_shell(code)
        return self._find_in_python(code) if language == "python" else []

    def _find_in_shell(self, code: str) -> list[str]:
        from shellmate.answer.trying.dryrun import find_error
        from shellmate.answer.trying.unknowns import unknown_options

        programs = [f"{name} is not on this machine" for name in self._missing_programs(code)]
        options = [f"{option} is not in its page" for option in unknown_options(code, self.explainer)]
        faults = [*programs, *options]
        if not faults and self.runs and (error := find_error(code, self.words, self.cwd, self.variables)):
            faults.append(error)
        return faults

    def _missing_programs(self, code: str) -> list[str]:
        """Those that neither the user's shell has nor the question asked for by name: they are its own business."""
        from shellmate.answer.trying.unknowns import unknown_programs

        said = re.findall(r"[\w.+-]+", self.words)
        return [name for name in unknown_programs(code, self.explainer) if name not in said and name not in self.names]

    def _find_in_python(self, code: str) -> list[str]:
        tree = parse_beginning(code)
        if tree is None:
            return []
        faults = [*undefined_names(tree), *(f"{name} is not installed" for name in self._missing_modules(tree))]
        if not faults and self.runs and self.cases and (failure := find_failure(code, self.cases, self._run)):
            faults.append(failure)
        return faults

    def _missing_modules(self, tree: ast.Module) -> list[str]:
        """The modules outside the standard library that the user's Python does not find."""
        foreign = sorted(imported_modules(tree) - sys.stdlib_module_names)
        names = [name for name in foreign if not self._is_here(name)]
        python = shutil.which("python3", path=self.variables.get("PATH", os.defpath))
        if not names or not python:
            return []
        import subprocess

        try:
            done = subprocess.run(
                [python, "-c", _ASK, *names],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                cwd="/",
                env=dict(self.variables),
            )
        except (OSError, ValueError, subprocess.TimeoutExpired):
            return []
        return done.stdout.split()

    def _is_here(self, module: str) -> bool:
        return (self.cwd / f"{module}.py").exists() or (self.cwd / module).is_dir()

    def _run(self, script: str) -> str | None:
        from shellmate.answer.trying.sandbox import MEBIBYTE, Limits, run_sealed

        limits = Limits(seconds=2, output=1 << 16, memory=512 * MEBIBYTE, python_alone=True)
        ran = run_sealed([sys.executable, "-I", "-c", script], self.cwd, self.variables, limits)
        return ran.output if ran else None


def undefined_names(tree: ast.Module) -> list[str]:
    """What is wrong with the names in a module, such as "re is used but never imported"."""
    from pyflakes.checker import Checker
    from pyflakes.messages import UndefinedLocal, UndefinedName

    try:
        messages = Checker(tree, filename="answer").messages
    except RecursionError:
        return []
    names = [m.message_args[0] for m in messages if isinstance(m, UndefinedName | UndefinedLocal)]
    return [
        f"{name} is used but never {'imported' if name in sys.stdlib_module_names else 'defined'}"
        for name in dict.fromkeys(names)
    ]


def imported_modules(tree: ast.Module) -> set[str]:
    """The top-level modules that are imported outside any `try`, which may make do without."""
    nodes: list[ast.AST] = [tree]
    found: set[str] = set()
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
        if not isinstance(node, ast.Try):
            nodes += ast.iter_child_nodes(node)
    return found
