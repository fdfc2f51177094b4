"""The names that a shell completes at TAB and that no generated file can know: prompts, models, settings.

The files in completions/ run `_SHELLMATE_COMPLETE=LIST shellmate [WORD]` and get one name a line, with a tab and
a few words about it. It is quick and quiet: no model is loaded, no network touched, nothing said on stderr.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from shellmate.cli.app import App
from shellmate.core.errors import ExitCode, ShellmateError
from shellmate.core.settings import SETTINGS

_MOST_SESSIONS = 50


def write_names(app: App, listed: str, words: Sequence[str]) -> int:
    """Print the names of a list for the words before; the exit code says whether there is such a list."""
    if listed not in LISTS:
        return ExitCode.FAILED
    try:
        names = list(LISTS[listed](app, words))
    except (OSError, ShellmateError):
        return ExitCode.FAILED
    app.env.write("".join(f"{name}\t{about}\n" for name, about in names))
    return ExitCode.ANSWERED


def _models(app: App, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    from shellmate.models.catalogue import CATALOGUE

    here = {name for name, _ in _installed(app, words)}
    for model in CATALOGUE.values():
        yield model.name, model.description + (" (installed)" if model.name in here else "")


def _usable(app: App, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    from shellmate.models.auto import AUTO

    yield from _models(app, words)
    yield AUTO, "the best that is here and answers soon enough"


def _installed(app: App, _: Sequence[str]) -> Iterator[tuple[str, str]]:
    from shellmate.models.catalogue import CATALOGUE
    from shellmate.models.installed import place_of

    for model in CATALOGUE.values():
        if place_of(model, app.paths).exists():
            yield model.name, model.description


def _prompts(app: App, _: Sequence[str]) -> Iterator[tuple[str, str]]:
    from shellmate.prompt.library import PromptLibrary

    library = PromptLibrary.of(app.paths)
    for name in library.names():
        if not re.fullmatch(r"[\w.-]+", name):
            continue  # a file that cannot be asked for
        about = ""
        with suppress(ShellmateError):  # a broken prompt can still be shown and edited
            words_about_it = " ".join(library.load(name).description.split())
            about = "".join(c for c in words_about_it if c.isprintable())
        yield name, about


def _settings(_: App, __: Sequence[str]) -> Iterator[tuple[str, str]]:
    for setting in SETTINGS.values():
        yield setting.name, setting.help


def _values(app: App, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What may be the value of the setting that the last word names."""
    setting = SETTINGS.get(words[-1]) if words else None
    if setting is None:
        return
    if setting.name in ("model", "prompt"):
        yield from LISTS["usable" if setting.name == "model" else "prompts"](app, words)
    elif setting.kind is bool:
        yield from (("true", ""), ("false", ""))
    else:
        yield from ((choice, "") for choice in setting.choices)


def _sessions(app: App, _: Sequence[str]) -> Iterator[tuple[str, str]]:
    from shellmate.session.log import SessionLog

    if not SessionLog.is_in(app.paths.state):
        return
    log = SessionLog(app.paths.state, lambda _: None)
    try:
        for session in log.sessions(_MOST_SESSIONS):
            yield session.name or str(session.number), " ".join(session.words.split())[:60]
    finally:
        log.close()


LISTS = {
    "sessions": _sessions,
    "models": _models,
    "usable": _usable,
    "installed": _installed,
    "prompts": _prompts,
    "settings": _settings,
    "values": _values,
}
