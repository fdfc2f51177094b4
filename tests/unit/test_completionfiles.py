"""What completion files tell of options, and what becomes of it where no page does."""

from pathlib import Path

import pytest

from shellmate.answer.trying.unknowns import unknown_options
from shellmate.request.command.parts import Explainer
from shellmate.request.manual.completionfiles import find_completions, page_from, read_completions
from shellmate.request.manual.manuals import Manuals

FILE = """
# complete -c tool -l commented
function __tool_names
    tool names
end
complete -c tool -s v -l verbose -d "Say \\
more"
complete -c tool -o old-style --description='as X programs have it' -xa '(__tool_names)'
complete -fc tool -l into -rd "Where to" -a "
(__tool_names)"
complete --command tool --long-option only --condition '__fish_seen_subcommand_from add'
if tool --version
    complete -c tool -l variant -d "of GNU's"
end
complete -c other -l others
complete -c tool -a 'add remove'
complete -c tool -l 'unclosed
"""


def test_options_are_read_with_their_texts():
    found = list(read_completions(FILE, "tool"))
    assert [completion.names for completion in found] == [
        ("-v", "--verbose"), ("-old-style",), ("--into",), ("--only",), ("--variant",)
    ]  # fmt: skip
    assert found[0].text == "Say more"
    assert [completion.takes_argument for completion in found] == [False, True, True, False, False]
    assert [completion.conditional for completion in found] == [False, False, False, True, True]
    page = page_from(found)
    assert page and page.find_option("--into").text == "Where to"
    assert not page.find_option("--only") and not page.find_option("--variant")


@pytest.mark.parametrize(
    "text", ["", "complete", "complete -c", "complete -c tool --nonsense x", "\0\xff", "complete '"]
)
def test_what_is_no_completion_is_passed_over(text):
    assert list(read_completions(text, "tool")) == []
    assert page_from([]) is None


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """A program that root does not own, so that it is not asked, with a completion file."""
    program, folder = tmp_path / "bin" / "tool", tmp_path / "share" / "fish" / "completions"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'tool has run' >&2\n")
    program.chmod(0o755)
    folder.mkdir(parents=True)
    (folder / "tool.fish").write_text(FILE)
    return {"PATH": f"{program.parent}:/usr/bin:/bin", "XDG_DATA_DIRS": str(tmp_path / "share"), "LANG": "C"}


def test_a_program_without_a_page_is_known_by_its_completions(machine):
    manuals = Manuals(machine, Path("/"))
    page = manuals.page_of("tool")
    assert page and page.source == "fish"
    parts = Explainer(manuals).explain("tool -v")
    assert (parts[1].source, parts[1].meaning) == ("fish", "Say more")


def test_an_option_that_only_the_completions_know_is_not_unknown(machine, tmp_path):
    (tmp_path / "share" / "fish" / "completions" / "tail.fish").write_text("complete -c tail -l of-late\n")
    explainer = Explainer(Manuals(machine, Path("/")))
    assert unknown_options("tail --of-late x", explainer) == []
    assert unknown_options("tail --of-never x", explainer) == ["tail --of-never"]


def test_a_file_about_a_program_that_is_not_here_counts_for_nothing(machine, tmp_path):
    (tmp_path / "bin" / "tool").unlink()
    manuals = Manuals(machine, Path("/"))
    assert not manuals.completes("tool", "--into")
    assert find_completions("tool", machine)


@pytest.mark.parametrize("name", ["", "../tool", "a\0b", "."])
def test_odd_names_find_nothing(machine, name):
    assert find_completions(name, machine) == []
