"""With --deep: how quick the model is here, by an answer that is thrown away."""

import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial

from shellmate.cli.checks.finding import Finding, note, ok, warning
from shellmate.cli.checks.patient import Patient

_QUESTION = "count csv column mean"
_SLOW = 5.0  # tokens a second: about as fast as one reads code aloud


def check_speed(patient: Patient) -> Iterator[Finding]:
    """The time from opening the model to the first byte, and tokens a second. Nothing is written, so a prompt that is
    not primed is evaluated, which is part of that time."""
    file = patient.model_file
    if not patient.deep or file is None:
        return
    from shellmate.core.errors import ShellmateError
    from shellmate.core.progress import progress
    from shellmate.engine.binding import THREAD_VARIABLES
    from shellmate.engine.engine import Sampling
    from shellmate.engine.kept import KeptStates
    from shellmate.engine.local import LocalEngine
    from shellmate.prompt.library import PromptLibrary
    from shellmate.prompt.prompt import compose
    from shellmate.request.request import Request

    try:
        kept = patient.kept
    except ShellmateError:
        kept = KeptStates((), ())
    patient.env.prefer(THREAD_VARIABLES)
    prompt = compose(Request(_QUESTION, patient.app.setting("lang"), None), PromptLibrary.of(patient.paths))
    begin, first = time.perf_counter(), 0.0
    bar = partial(progress, patient.env, quiet=patient.quiet)
    with closing(LocalEngine(file, kept, patient.app.limits(), bar, patient.env.say)) as engine:
        generation = engine.generate(prompt, Sampling(max_tokens=64))
        for _ in generation:
            first = first or time.perf_counter() - begin
    usage = generation.usage
    rate = usage.tokens_per_second
    text = f"first byte after {first:.2f} s, then {rate:.1f} tokens a second"
    if not usage.primed_tokens:
        yield note("speed", f"{text}; the prompt was not primed", "shellmate cache prime")
    elif rate < _SLOW:
        yield warning("speed", f"{text}, which is slow", patient.setting_to("effort", "fast"))
    else:
        yield ok("speed", text)
