"""What a process does in advance for the commands that are forked from it."""

import pkgutil
from importlib import import_module

import shellmate

_LEFT_OUT = ("shellmate.repl", "shellmate.__main__")  # no command is forked that has them


def import_all() -> None:
    """Import every module of shellmate's; what is heavy, such as llama.cpp, they import when they need it."""
    for module in pkgutil.walk_packages(shellmate.__path__, "shellmate.", onerror=lambda _: None):
        if not module.name.startswith(_LEFT_OUT):
            import_module(module.name)
