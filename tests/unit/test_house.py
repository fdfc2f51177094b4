"""The order of the rooms: who may import whom, and what may be touched where."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import shellmate

HOUSE = Path(shellmate.__file__).parent
ROOMS = ["models", "request", "prompt", "engine", "answer", "session", "resident", "repl", "shell", "bench", "cli"]
MODULES = sorted(HOUSE.rglob("*.py"))
HEAVY = {"llama_cpp", "numpy", "pygments", "prompt_toolkit", "diskcache", "huggingface_hub"}
MOST_LINES = 250


def name_of(module: Path) -> str:
    return module.relative_to(HOUSE).as_posix()


each_module = pytest.mark.parametrize("module", MODULES, ids=name_of)


def nodes_of(module: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(module.read_text(encoding="utf-8")))


def imports_of(module: Path) -> Iterator[tuple[str, int]]:
    """Dotted names with their lines, those inside functions too; `from shellmate import x` counts as shellmate.x."""
    package = ["shellmate", *module.relative_to(HOUSE).parent.parts]
    for node in nodes_of(module):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            yield source, node.lineno
            if source == "shellmate":
                yield from ((f"shellmate.{alias.name}", node.lineno) for alias in node.names)


def room_of(dotted: str) -> str:
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "shellmate" else ""


def test_every_room_has_its_place() -> None:
    rooms = {p.name for p in HOUSE.iterdir() if (p / "__init__.py").exists()}
    assert rooms <= {"core", *ROOMS}
    assert len(MODULES) > 20


@each_module
def test_imports_point_to_the_left(module: Path) -> None:
    here = module.relative_to(HOUSE).parts[0]
    if here in ("__init__.py", "__main__.py"):
        return
    allowed = {"core", here} if here == "core" else {"core", here, *ROOMS[: ROOMS.index(here)]}
    wrong = [
        f"line {line}: {dotted}"
        for dotted, line in imports_of(module)
        if (HOUSE / room_of(dotted)).is_dir() and room_of(dotted) and room_of(dotted) not in allowed
    ]
    assert not wrong


@each_module
def test_llama_cpp_is_imported_only_in_engine(module: Path) -> None:
    if module.relative_to(HOUSE).parts[0] != "engine":
        assert not [line for dotted, line in imports_of(module) if dotted.split(".")[0] == "llama_cpp"]


@each_module
def test_diskcache_is_imported_only_in_the_kv_store(module: Path) -> None:
    if name_of(module) != "engine/kvstore.py":
        assert not [line for dotted, line in imports_of(module) if dotted.split(".")[0] == "diskcache"]


@each_module
def test_the_process_is_touched_only_in_environment(module: Path) -> None:
    # __main__ prints a widget before Environment is imported, which takes as long as Python's own start.
    if name_of(module) in ("core/environment.py", "core/process.py", "__main__.py"):
        return
    outside = {"os": {"environ", "environb", "getenv", "putenv"}, "sys": {"stdin", "stdout", "stderr"}}
    wrong = []
    for node in nodes_of(module):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.attr.strip("_") in outside.get(node.value.id, ()):
                wrong.append(f"line {node.lineno}: {node.value.id}.{node.attr}")
        elif isinstance(node, ast.ImportFrom) and node.module in outside:
            names = {alias.name.strip("_") for alias in node.names} & outside[node.module]
            wrong += [f"line {node.lineno}: from {node.module} import {name}" for name in names]
    assert not wrong


@each_module
def test_nothing_prints(module: Path) -> None:
    calls = (n for n in nodes_of(module) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name))
    assert not [call.lineno for call in calls if call.func.id == "print"]  # type: ignore[attr-defined]


@each_module
def test_no_module_is_too_long(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "shellmate", "--help"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"HOME": str(tmp_path)},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "Usage: shellmate" in done.stdout
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    loaded = {line.rsplit("|", 1)[1].strip().split(".")[0] for line in lines}
    assert "click" in loaded
    assert not loaded & HEAVY
