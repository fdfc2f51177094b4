"""The links of the documents lead somewhere, and the commands that they show are understood."""

import re
from contextlib import suppress

import click
import pytest

from scripts.docs.tree import read_tree
from shellmate.cli.commands import shellmate as command
from tests.cli.pages import CHECKOUT, PAGES, anchors_in, calls_in, command_lines_in, links_in, mentions_in

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))


def parse(words: list[str], group: click.Command = command, parent: click.Context | None = None) -> None:
    """Read a command line as click does, and run nothing. Raises UsageError where it is not understood."""
    name = words[0] if words else ""
    if isinstance(group, click.Group) and (child := group.get_command(click.Context(group), name)):
        parse(words[1:], child, click.Context(group, parent))
        return
    if isinstance(group, click.Group) and group is not command:
        missing = click.MissingParameter if not words else click.UsageError
        raise missing(f"{name!r} is no command of {group.name}")
    try:
        group.make_context(group.name, list(words), parent)
    except click.exceptions.Exit:  # --help and --version end here
        return


@each_page
def test_links_lead_somewhere(page):
    for link in links_in(page.read_text(encoding="utf-8")):
        if link.startswith(("https://", "http://")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert target.is_relative_to(CHECKOUT), link
        assert not anchor or anchor in anchors_in(target.read_text(encoding="utf-8")), link


@each_page
def test_the_commands_shown_are_understood(page, capsys):
    for words in command_lines_in(page.read_text(encoding="utf-8")):
        try:
            parse(words)
        except click.UsageError as error:
            pytest.fail(f"shellmate {' '.join(words)}: {error.format_message()}")


@each_page
def test_the_commands_told_of_are_there(page, capsys):
    for words in mentions_in(page.read_text(encoding="utf-8")):
        with suppress(click.MissingParameter):
            parse(words or ["--help"])


@each_page
def test_nothing_is_installed_by_a_name_that_is_anothers(page):
    """On the Python package index `shellmate` is another program."""
    assert not re.findall(
        r"\b(?:pip|pipx|uv tool|uvx) (?:install|run)\b.*\bshellmate\b", page.read_text(encoding="utf-8")
    )


def test_the_examples_of_each_command_are_understood():
    examples = [line.split("   ")[0] for each in read_tree().walk() for line in each.examples()]
    calls = [words for line in examples for words in calls_in(line)]
    assert len(calls) > 30
    for words in calls:
        parse(words)


def test_many_commands_are_found_in_the_readme():
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    assert len(list(command_lines_in(text))) >= 15 and len(list(mentions_in(text))) >= 10


@pytest.mark.parametrize(
    ("line", "calls"),
    [
        ("head a.csv | shellmate -r 'mean of price'   # for that", [["-r", "mean of price"]]),
        ('eval "$(shellmate init bash)"', [["init", "bash"]]),
        ("A=1 shellmate x && shellmate status -q > /dev/null; ls", [["x"], ["status", "-q"]]),
        ("shellmate judge - < install.sh", [["judge", "-"]]),
        ("echo shellmate", []),
    ],
)
def test_command_lines_are_found(line, calls):
    assert list(calls_in(line)) == calls


@pytest.mark.parametrize(
    "line", ["shellmate model list --yaml", "shellmate model show", "shellmate init tcsh", "shellmate --effort none x"]
)
def test_what_there_is_not_is_noticed(line):
    [words] = calls_in(line)
    with pytest.raises(click.UsageError):
        parse(words)


def test_what_links_lead_to():
    text = "# The `--json WORDS` page\n```sh\n# no heading [a](b)\n```\n[c](d.md#e) ![f](g.svg)\n"
    assert anchors_in(text) == {"the---json-words-page"}
    assert links_in(text) == ["d.md#e", "g.svg"]
