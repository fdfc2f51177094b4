"""`shellmate cache`: the KV states on disk."""

import click

from shellmate.cli.app import App
from shellmate.cli.options import Listed
from shellmate.core.errors import UsageError


@click.group()
def cache() -> None:
    """The kept KV states of prompts: look, prime, clear."""


@cache.command()
@click.pass_obj
def info(app: App) -> None:
    """Where the store is and what it holds."""
    from shellmate.engine.kvstore import KVStore

    store = KVStore(app.paths.kv, app.setting("cache_size") << 20)
    count, size = store.info()
    store.close()
    app.env.write(f"{app.paths.kv}\n{count} states, {size / 1e6:.1f} MB of at most {app.setting('cache_size')} MiB\n")


@cache.command()
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def clear(app: App, yes: bool) -> None:
    """Forget all states; the next question primes its prompt anew, which takes some seconds."""
    from shellmate.engine.kvstore import KVStore

    if not yes and app.env.stdin_is_terminal:
        click.confirm("Forget all primed prompts?", abort=True, err=True)
    store = KVStore(app.paths.kv, app.setting("cache_size") << 20)
    count = store.clear()
    store.close()
    app.env.say(f"shellmate: forgot {count} states")


@cache.command()
@click.argument("names", nargs=-1, metavar="[PROMPT]...", type=Listed("prompts"))
@click.option("-m", "--model", metavar="NAME|PATH", type=Listed("models", files=True), help="Prime for another model.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
@click.pass_obj
def prime(app: App, names: tuple[str, ...], model: str | None, quiet: bool) -> None:
    """Evaluate prompts in advance, so that the first question is as quick as the second.

    \b
    Examples:
      shellmate cache prime
      shellmate cache prime shell python
    """
    if model:
        app.configured["model"] = model
    prime_prompts(app, names, quiet)


def prime_prompts(app: App, names: tuple[str, ...] = (), quiet: bool = False) -> None:
    """Have the KV states of the named prompts on disk, or of all, and of the examples of each kind of request."""
    from shellmate.prompt.library import PromptLibrary
    from shellmate.prompt.prompt import prefix_of

    library = PromptLibrary.of(app.paths)
    files = [library.load(name) for name in names or library.names()]
    if not files:
        raise UsageError("there are no prompts")
    prefixes = {file.name: prefix_of(file, library) for file in files}
    if not names and app.setting("effort") != "fast":
        kinds = app.kinds()
        prefixes |= {f"{kind} (examples)": kinds.prefix_of(kind) for kind in kinds.names()}
    engine = app.open_engine(quiet=quiet)
    try:
        for name, prefix in prefixes.items():
            tokens = engine.prime(prefix)
            if not quiet:
                app.env.say(f"shellmate: {name} is primed ({tokens:,} tokens)")
    finally:
        engine.close()
