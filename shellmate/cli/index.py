"""`shellmate index`: what is known of the options of this machine's programs."""

import json

import click

from shellmate.cli.app import App
from shellmate.core.errors import UsageError
from shellmate.request.manual.manuals import Manuals
from shellmate.request.manual.pagestore import PageStore

# What --json prints, for the reference: without a program, and with some.
KEYS = {
    "programs": "The programs whose pages are kept.",
    "file": "Where they are kept.",
    "bytes": "How large that file is.",
}
PAGE_KEYS = {
    "PROGRAM.source": "Where the page of that program is from: `man`, `--help`, `bash` or `fish`.",
    "PROGRAM.options": "The options that it has.",
}


@click.command()
@click.argument("names", nargs=-1, metavar="[PROGRAM]...")
@click.option("--clear", is_flag=True, help="Forget all pages; they are read again when they are needed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.pass_obj
def index(app: App, names: tuple[str, ...], clear: bool, as_json: bool) -> None:
    """What is known of the options of this machine's programs.

    An answer is checked against the pages of its programs: their man pages, what they say to --help, or what fish
    completes. They are read when they are needed, and kept until the program changes. With a PROGRAM, read its page
    anew; one that is not the system's is run with --help for it, which happens only when you name it here.

    \b
    Examples:
      shellmate index                 how many pages are kept, and where
      shellmate index rg ./deploy     read these anew
      shellmate index --clear
    """
    store = PageStore(app.paths.pages)
    if clear:
        store.clear()
        app.env.say("shellmate: the pages are forgotten")
    elif names:
        _read(app, store, names, as_json)
    else:
        _summarise(app, store, as_json)


def _read(app: App, store: PageStore, names: tuple[str, ...], as_json: bool) -> None:
    manuals = Manuals(app.env.variables, app.env.cwd, store, trusted=frozenset(names))
    read, missing = {}, []
    for name in names:
        store.forget(name)
        page = manuals.page_of(name)
        if page is None:
            missing.append(name)
            continue
        options = sorted({option for entry in page.entries for option in entry.names})
        read[name] = {"source": page.source, "options": options}
        if not as_json:
            app.env.write(f"{name}: {len(options)} options ({page.source})\n")
    if as_json:
        app.env.write(json.dumps(read, ensure_ascii=False) + "\n")
    if missing:
        what = ", ".join(missing)
        raise UsageError(f"nothing is known of {what}", "is it installed, and does it know --help?")


def _summarise(app: App, store: PageStore, as_json: bool) -> None:
    names, file = store.names(), app.paths.pages
    size = file.stat().st_size if file.exists() else 0
    if as_json:
        app.env.write(json.dumps({"programs": names, "file": str(file), "bytes": size}, ensure_ascii=False) + "\n")
        return
    app.env.write(f"{len(names)} pages in {file} ({size / 1e6:.1f} MB)\n")
