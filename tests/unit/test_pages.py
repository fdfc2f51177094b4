"""What is read out of man pages: of some written here, and of this machine's own."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shellmate.request.manual.manuals import Manuals, clean, is_system_program
from shellmate.request.manual.optiontexts import OPTIONAL, REQUIRED, shorten
from shellmate.request.manual.pages import Page
from shellmate.request.manual.synopses import name_operands, takes_commands
from tests.programs import need

MINE = """MINE(1)                  User Commands                  MINE(1)

NAME
       mine, yours - dig for things

SYNOPSIS
       mine [OPTION]... PLACE [THING...]
       mine -f LIST

DESCRIPTION
       Digs at PLACE.

       -f, --from=LIST
              Read the things from LIST.  One stands on each line.

       -c, --colour[=WHEN]
              show them in colour

       -s NUM, --size NUM

              take NUM of them

       --help show this help and exit.  It is short.

       -q     say nothing

       -d
       -D     dig deeper

       --[no-]wait
              Wait for the end.

       bs=BYTES
              dig so many bytes at once

EXAMPLES
       -z     not an option
"""


def page(text: str = MINE, source: str = "man") -> Page:
    return Page(source, tuple(text.split("\n")))


def test_the_name_line_and_the_synopsis():
    assert page().about == "dig for things"
    assert page().synopsis == ("mine [OPTION]... PLACE [THING...]", "mine -f LIST")


@pytest.mark.parametrize(
    ("name", "takes", "text"),
    [
        ("-f", REQUIRED, "Read the things from LIST. One stands on each line."),
        ("--from", REQUIRED, "Read the things from LIST. One stands on each line."),
        ("-c", "", "show them in colour"),
        ("--colour", OPTIONAL, "show them in colour"),
        ("-s", REQUIRED, "take NUM of them"),
        ("--size", REQUIRED, "take NUM of them"),
        ("--help", "", "show this help and exit. It is short."),
        ("-q", "", "say nothing"),
        ("-d", "", "dig deeper"),
        ("--no-wait", "", "Wait for the end."),
    ],
)
def test_options(name: str, takes: str, text: str):
    entry = page().find_option(name)
    assert entry and (entry.names[name], entry.text) == (takes, text)


def test_what_is_found_and_what_is_not():
    assert page().find_word("bs=").text == "dig so many bytes at once"
    assert page().find_option("-z") is None, "examples are no options"
    assert page().complete_option("--col").names == {"-c": "", "--colour": OPTIONAL}
    assert page().complete_option("--") is None


@pytest.mark.parametrize(
    ("options", "count", "names"),
    [([], 1, ["PLACE"]), ([], 3, ["PLACE", "THING", "THING"]), (["-q"], 2, ["PLACE", "THING"])],
)
def test_the_synopsis_names_the_arguments(options: list[str], count: int, names: list[str]):
    assert name_operands(page(), options, count) == names


def test_a_help_text_is_read_like_a_page():
    help_text = "Usage: dock [OPTIONS] COMMAND\n\nKeeps ships\n\nCommands:\n  land   Take one in\n\nOptions:\n  -a, --all   All\n"
    read = page(help_text, "--help")
    assert read.about == "Keeps ships" and takes_commands(read) and not takes_commands(page())
    assert read.find_word("land").text == "Take one in" and read.find_option("--all").text == "All"


def test_overstriking_and_escapes_are_taken_out():
    assert (
        clean("N\bNA\bAM\bME\bE _\bx \x1b[1mbold\x1b[0m \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\") == "NAME x bold link"
    )
    assert clean("\x1b]52;c;AAAA\x07\x07a\x9bb\u202ec") == "abc"


@given(st.text())
def test_a_text_is_short_and_any_page_can_be_read(text: str):
    assert len(shorten(text)) <= 202
    for source in ("man", "--help", "bash"):
        read = page(clean(text), source)
        assert isinstance(read.about, str) and isinstance(read.entries, tuple) and read.synopsis is not None
        name_operands(read, ["-e"], 2)


@pytest.mark.parametrize(
    ("program", "option", "takes", "says"),
    [
        ("tar", "-x", "", "xtract"),
        ("tar", "-C", REQUIRED, "DIR"),
        ("find", "-name", REQUIRED, "ase of"),
        ("find", "-delete", "", "elete"),
        ("grep", "-r", "", "ecursive"),
        ("grep", "-A", REQUIRED, "context"),
        ("sed", "-n", "", "suppress"),
        ("ls", "-a", "", "do not ignore"),
        ("du", "--max-depth", REQUIRED, "total"),
        ("sort", "-k", REQUIRED, "key"),
        ("curl", "-o", REQUIRED, "utput"),
        ("ssh", "-p", REQUIRED, "ort to connect"),
        ("ps", "-e", "", "all processes"),
        ("xargs", "-n", REQUIRED, "max-args"),
        ("chmod", "-R", "", "recursive"),
        ("git-commit", "-m", REQUIRED, "commit message"),
    ],
)
def test_pages_of_this_machine(program: str, option: str, takes: str, says: str):
    need("man")
    read = Manuals(os.environ | {"LC_ALL": "C.UTF-8"}, Path.cwd()).page_of(program)
    if read is None or read.source != "man" or len(read.lines) < 20:
        pytest.skip(f"there is no man page of {program}")
    entry = read.find_option(option)
    assert read.about
    assert entry and entry.names[option] == takes and says in entry.text and len(entry.text) <= 202


def test_builtins_are_bashs():
    need("bash")
    read = Manuals(os.environ | {"BASH_ENV": "/nonexistent", "LC_ALL": "C.UTF-8"}, Path.cwd()).page_of("read")
    assert read.source == "bash" and read.find_option("-r") and read.find_option("-p").names["-p"] == REQUIRED


def test_only_the_systems_own_programs_are_asked(tmp_path: Path):
    own = tmp_path / "mine"
    own.write_text("#!/bin/sh\necho asked >> " + str(tmp_path / "asked"))
    own.chmod(0o755)
    assert not is_system_program(str(own)) and not is_system_program("/usr/bin/there-is-no-such-program")
    assert not is_system_program("/sbin/reboot")
    manuals = Manuals({"PATH": f"{tmp_path}:{os.defpath}"}, tmp_path)
    assert manuals.find_program("mine") == str(own) and manuals.find_program("./mine") == str(own)
    assert manuals.page_of("mine") is None and manuals.page_of("./mine") is None and manuals.page_of(str(own)) is None
    assert not (tmp_path / "asked").exists()


@pytest.mark.parametrize("name", ["", "-P", "--help", "a b", "/etc/passwd", "../x", "a\x00b", "\n", "~", "~/x", "a;b"])
def test_names_that_are_no_programs(name: str):
    assert Manuals(os.environ, Path("/")).page_of(name) is None


def test_a_program_that_does_not_answer_is_ended(tmp_path: Path):
    need("sh")
    (tmp_path / "man").write_text("#!/bin/sh\necho $$ > " + f"{tmp_path}/pid" + "\nsleep 60\n")
    (tmp_path / "man").chmod(0o755)
    start = time.monotonic()
    assert Manuals({"PATH": f"{tmp_path}:{os.defpath}"}, tmp_path)._man("ls") is None
    assert time.monotonic() - start < 10
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
