"""What a question is asked with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wishes:
    """What the command line asks for beyond the settings; what is `refused` is no answer. With `continues` it goes on
    with the last answer of this terminal, with a `session` with that one, which may yet begin. What `runs` is asked
    about before, with a caution; with `sandbox` it is run on a copy."""

    words: tuple[str, ...]
    language: str
    prompt: str
    refused: tuple[str, ...] = ()
    alternatives: int = 1
    explain: bool = False
    json: bool = False
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False
    continues: bool = False
    session: str = ""
    runs: bool = False
    sandbox: bool = False
