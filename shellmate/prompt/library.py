"""Prompt files: the ones that come with shellmate, and the user's own, which go before them."""

import re
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from shellmate.core.errors import UsageError
from shellmate.core.paths import Paths, reason
from shellmate.core.toml import load_toml

LANGUAGES = ("auto", "shell", "python", "sql", "text")
KEYS = {"description", "language", "system", "examples", "borrow"}


@dataclass(frozen=True)
class Example:
    """One worked example; `language` is shell, python, sql or text."""

    language: str
    ask: str
    answer: str
    input: str = ""


@dataclass(frozen=True)
class PromptFile:
    """A prompt as its file has it. `borrow` says how many of another prompt's first examples it takes."""

    name: str
    path: Path
    description: str
    language: str
    system: str
    examples: tuple[Example, ...]
    borrow: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class PromptLibrary:
    """The folders that are searched for NAME.toml, the user's first."""

    folders: tuple[Path, ...]

    @classmethod
    def of(cls, paths: Paths) -> "PromptLibrary":
        return cls((paths.prompts, own_prompts()))

    def names(self) -> list[str]:
        return sorted({file.stem for folder in self.folders for file in folder.glob("*.toml")})

    def find(self, name: str) -> Path:
        """The file of a prompt. Raises UsageError that lists the names there are."""
        if re.fullmatch(r"[\w.-]+", name):
            for folder in self.folders:
                if (folder / f"{name}.toml").is_file():
                    return folder / f"{name}.toml"
        raise UsageError(f"there is no prompt {name!r}", f"there are {', '.join(self.names())}")

    def load(self, name: str) -> PromptFile:
        """The prompt of that name. Raises UsageError that names the file and what is wrong in it."""
        path = self.find(name)
        try:
            return _read(path)
        except OSError as error:
            raise UsageError(f"cannot read {path}: {reason(error)}") from error
        except (ValueError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: {error}", f"mend it with `shellmate prompt edit {name}`") from error

    def examples_of(self, file: PromptFile) -> list[Example]:
        """The borrowed examples, the lenders taking turns so that none has the last word, then the file's own."""
        lent = [self.load(name).examples[:count] for name, count in file.borrow]
        turns = [example for turn in zip_longest(*lent) for example in turn if example]
        return [*turns, *file.examples]


def own_prompts() -> Path:
    """The folder of the prompts that come with shellmate: inside the package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    packaged = package / "prompts"
    return packaged if packaged.is_dir() else package.parent / "prompts"


def _read(path: Path) -> PromptFile:
    data = load_toml(path.read_text(encoding="utf-8"))
    if unknown := sorted(set(data) - KEYS):
        raise ValueError(f"unknown key {unknown[0]}")
    language = data.get("language", "auto")
    if language not in LANGUAGES:
        raise ValueError(f"language is none of {', '.join(LANGUAGES)}")
    borrow = data.get("borrow", {})
    if not isinstance(borrow, dict) or not all(isinstance(n, int) and n >= 0 for n in borrow.values()):
        raise ValueError("borrow maps names of prompts to numbers")
    examples = data.get("examples", [])
    if not isinstance(examples, list):
        raise ValueError("examples is not a list of tables")
    return PromptFile(
        name=path.stem,
        path=path,
        description=_text(data, "description", ""),
        language=language,
        system=_text(data, "system"),
        examples=tuple(_example(e, language) for e in examples),
        borrow=tuple(borrow.items()),
    )


def _example(data: Any, language: str) -> Example:
    if not isinstance(data, dict):
        raise ValueError("an example is not a table")
    own = data.get("language", language)
    if own not in LANGUAGES or own == "auto":
        raise ValueError("an example of an auto prompt says its language: shell, python or text")
    return Example(own, _text(data, "ask"), _text(data, "answer"), _text(data, "input", ""))


def _text(data: dict[str, Any], key: str, default: str | None = None) -> str:
    value = data.get(key, default)
    if not isinstance(value, str):
        raise ValueError(f"{key} is missing" if value is None else f"{key} is not text")
    return value.strip()
