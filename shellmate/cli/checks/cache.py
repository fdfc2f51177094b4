"""What is kept to be quick: the KV states, whether the prompts are among them, the small indexes."""

import sqlite3
from collections.abc import Iterator
from shlex import quote

from shellmate.cli.checks.finding import Finding, broken, note, ok, warning
from shellmate.cli.checks.patient import Patient
from shellmate.core.errors import ShellmateError
from shellmate.core.progress import progress
from shellmate.core.sqlitefile import find_damage, is_busy, open_unchanged
from shellmate.models.catalogue import CATALOGUE
from shellmate.models.words import megabytes
from shellmate.prompt.prompt import Message

CLEAR, PRIME = "shellmate cache clear -y", "shellmate cache prime"
_FULL = 0.95  # of its bound
_SMALL = 384  # MiB: the states of the prompts that come with shellmate take three quarters of it
_WASTE = 1 << 20  # bytes


def check_store(patient: Patient) -> Iterator[Finding]:
    """The KV states: is the index sound, are the files whole, with `deep` are their bytes right."""
    try:
        kept = patient.kept
    except ShellmateError as error:
        yield warning("cache", f"the index of the KV states is damaged ({error})", CLEAR)
        return
    if not kept.states and not kept.orphans:
        yield note("cache", f"{patient.paths.kv} is empty: the first question takes some seconds more", PRIME)
        return
    damaged = [state for state in kept.states if not state.is_whole()]
    if patient.deep:
        with progress(patient.env, "checking the KV states", len(kept.states), "state", patient.quiet) as done:
            for state in kept.states:
                if state not in damaged and not state.is_sound():
                    damaged.append(state)
                done(1)
    most = patient.app.setting("cache_size")
    size = f"{len(kept.states)} states, {megabytes(kept.bytes)} of at most {most} MiB"
    if damaged:
        text = f"{len(damaged)} of {len(kept.states)} states are damaged, and are evaluated anew when they are needed"
        yield warning("cache", text, CLEAR)
    elif waste := sum(file.stat().st_size for file in kept.orphans if file.exists()) // _WASTE:
        yield note("cache", f"{size}; {waste} MiB of them belong to nothing any more", CLEAR)
    elif kept.bytes > _FULL * (most << 20):
        mend = patient.setting_to("cache_size", most * 2)
        text = f"{size}: it is full, and what was used least goes" if most < _SMALL else f"{size}: it is full"
        yield warning("cache", text, mend) if most < _SMALL else ok("cache", text)
    else:
        yield ok("cache", f"{size}{', each checked' if patient.deep else ''}")


def check_prompts(patient: Patient) -> Iterator[Finding]:
    """Whether each prompt can be read, and those of the questions' languages are primed."""
    from shellmate.prompt.library import PromptLibrary
    from shellmate.prompt.prompt import prefix_of

    library, prefixes, faulty = PromptLibrary.of(patient.paths), {}, False
    for name in library.names():
        try:
            prefixes[name] = prefix_of(library.load(name), library)
        except ShellmateError as error:
            faulty = True
            yield broken("prompts", error.message, error.mend.removeprefix("mend it with ").strip("`"))
    chosen = patient.app.setting("prompt")
    if chosen and chosen not in library.names():
        yield broken("prompts", f"there is no prompt {chosen!r}", patient.setting_to("prompt", ""))
        return
    if faulty:
        return
    if patient.app.setting("effort") != "fast":
        kinds = patient.app.kinds()
        prefixes |= {kind: kinds.prefix_of(kind) for kind in kinds.names()}
    yield _count_primed(patient, prefixes)


def _count_primed(patient: Patient, prefixes: dict[str, tuple[Message, ...]]) -> Finding:
    from shellmate.engine.states import key_of_prefix

    model = CATALOGUE.get(patient.app.model)
    try:
        if patient.is_remote or model is None:
            return ok("prompts", f"{len(prefixes)} can be read")
        version = patient.build.version
        there = {state.key for state in patient.kept.states}
    except ShellmateError:
        return ok("prompts", f"{len(prefixes)} can be read")  # what is wrong is said by the checks of these
    cold = [name for name, prefix in prefixes.items() if key_of_prefix(model.sha256, version, prefix) not in there]
    if not cold:
        return ok("prompts", f"{len(prefixes)}, all primed")
    text = f"{len(cold)} of {len(prefixes)} are not primed: the first question behind each takes some seconds more"
    return note("prompts", text, PRIME)


def check_indexes(patient: Patient) -> Iterator[Finding]:
    """The pages of this machine's programs, and the index of worked examples."""
    pages = patient.paths.pages
    counted = 0
    for file, mend in (
        (pages, "shellmate index --clear"),
        *((file, f"rm {quote(str(file))}") for file in sorted(patient.paths.cache.glob("kinds-*.db"))),
    ):
        if not file.exists():
            continue
        try:
            with open_unchanged(file) as connection:
                damage = find_damage(connection)
                if file == pages and not damage:
                    (counted,) = connection.execute("SELECT count(*) FROM pages").fetchone()
        except sqlite3.Error as error:
            if is_busy(error):
                raise
            damage = str(error)
        if damage:
            yield warning("indexes", f"{file} is damaged ({damage}), and is done without", mend)
            return
    yield ok("indexes", f"the options of {counted} programs are known")
