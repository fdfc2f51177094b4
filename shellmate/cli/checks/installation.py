"""What shellmate runs on: Python, what it depends on, llama.cpp and its build, memory."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from shlex import quote

from shellmate import __version__
from shellmate.cli.checks.finding import Finding, broken, note, ok, warning
from shellmate.cli.checks.patient import Patient
from shellmate.core.errors import ModelError

LLAMA = "llama-cpp-python"
UPSTREAM = "https://abetlen.github.io/llama-cpp-python/whl/cpu"  # wheels, as the README names them
COMPILERS = ("c++", "g++", "clang++")


def check_python(patient: Patient) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield ok("python", f"{version}, {sys.executable}")


def check_program(patient: Patient) -> Iterator[Finding]:
    """Whether the shell finds this shellmate: widgets, and all commands that mend, call it by its name."""
    own = Path(sys.argv[0] if Path(sys.argv[0]).name == "shellmate" else Path(sys.executable).parent / "shellmate")
    found = shutil.which("shellmate", path=patient.env.variables.get("PATH", ""))
    if found and os.path.realpath(found) == os.path.realpath(own):
        yield ok("shellmate", f"{__version__}, {found}")
        return
    mend = f'export PATH={quote(str(own.absolute().parent))}:"$PATH"' if own.exists() else ""
    if found:
        yield warning("shellmate", f"{__version__}, but the PATH finds another one first, {found}", mend)
    else:
        yield warning("shellmate", f"{__version__}, but the PATH does not find it, and a key has to", mend)


def check_dependencies(patient: Patient) -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, requires, version

    from packaging.requirements import Requirement

    try:
        wanted = [Requirement(text) for text in requires("shellmate") or ()]
    except PackageNotFoundError:
        yield note("dependencies", "shellmate runs without being installed, so their versions are not checked")
        return
    there: list[str] = []
    wrong: list[tuple[Requirement, str]] = []
    for requirement in wanted:
        try:
            have = version(requirement.name)
        except PackageNotFoundError:
            wrong.append((requirement, f"{requirement.name} is missing"))
            continue
        if requirement.specifier.contains(have, prereleases=True):
            there.append(f"{requirement.name} {have}")
        else:
            wrong.append((requirement, f"{requirement.name} is {have}"))
    if wrong:
        mend = _pip(*(f"{requirement.name}{requirement.specifier}" for requirement, _ in wrong))
        yield broken("dependencies", ", ".join(said for _, said in wrong), mend)
    else:
        yield ok("dependencies", ", ".join(there))


def check_llama(patient: Patient) -> Iterator[Finding]:
    """Whether llama.cpp can be loaded, and makes use of the processor."""
    from shellmate.engine.build import processor_features

    judge = warning if patient.is_remote else broken
    try:
        build = patient.build
    except ModelError as error:
        yield judge("llama.cpp", error.message, _rebuild(patient))
        return
    processor = processor_features()
    uses = ", ".join(sorted(build.features & processor) or sorted(build.features))
    if missing := build.missing(processor):
        text = f"it is built with {', '.join(missing)}, which this processor has not: it would end in the first answer"
        yield judge("llama.cpp", text, _rebuild(patient))
    elif unused := build.unused(processor):
        text = f"it is built without {', '.join(unused)}, which this processor has: answers take several times as long"
        yield warning("llama.cpp", text, _rebuild(patient))
    else:
        yield ok("llama.cpp", f"{_version()}, uses {uses}")


def check_memory(patient: Patient) -> Iterator[Finding]:
    """Whether the model fits beside what runs already: else each answer reads it from the disk anew."""
    from shellmate.models.auto import available_memory, fits
    from shellmate.models.catalogue import CATALOGUE
    from shellmate.models.words import megabytes

    free, model = available_memory(), CATALOGUE.get(patient.app.model)
    if model and not patient.is_remote and not fits(model, free):
        smaller = min(CATALOGUE.values(), key=lambda each: each.bytes).name
        mend = patient.setting_to("model", smaller) if model.name != smaller else ""
        yield warning("memory", f"{megabytes(free)} are available, too little for {model.name}", mend)
    else:
        yield ok("memory", f"{megabytes(free)} are available")


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"{LLAMA} {version(LLAMA)}"
    except PackageNotFoundError:
        return LLAMA


def _rebuild(patient: Patient) -> str:
    """The command that compiles the same version for this processor, or without a compiler takes upstream's wheel."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        wanted = f"{LLAMA}=={version(LLAMA)}"
    except PackageNotFoundError:
        wanted = LLAMA
    anew = ("--force-reinstall", "--no-deps", "--no-cache-dir")
    path = patient.env.variables.get("PATH", "")
    if any(shutil.which(compiler, path=path) for compiler in COMPILERS):
        return f"CMAKE_ARGS=-DGGML_NATIVE=ON {_pip(*anew, '--no-binary', LLAMA, wanted)}"
    return _pip(*anew, "--only-binary", LLAMA, "--extra-index-url", UPSTREAM, LLAMA)


def _pip(*words: str) -> str:
    return " ".join(map(quote, (sys.executable, "-m", "pip", "install", *words)))
