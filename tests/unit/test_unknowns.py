"""Programs and options that this machine does not have; and the pages it has of those, kept."""

import os
import sqlite3
import stat
import tomllib
from contextlib import closing
from pathlib import Path

import pytest

from shellmate.answer.trying.unknowns import unknown_options, unknown_programs
from shellmate.prompt.library import own_prompts
from shellmate.request.command.parts import Explainer
from shellmate.request.manual import manuals as manuals_module
from shellmate.request.manual.manuals import Manuals
from shellmate.request.manual.pages import Page
from shellmate.request.manual.pagestore import PageStore
from tests.programs import need

VARIABLES = {"PATH": os.environ["PATH"], "HOME": "/root", "LANG": "C"}
TOOLS = ("cat", "cp", "cut", "df", "du", "find", "grep", "head", "ls", "mv", "rm", "sort", "tail", "tar", "tr", "wc")


@pytest.fixture(scope="module")
def explainer(tmp_path_factory) -> Explainer:
    store = PageStore(tmp_path_factory.mktemp("pages") / "pages.db")
    return Explainer(Manuals(VARIABLES, Path("/"), store))


@pytest.mark.parametrize(
    "command, unknown",
    [
        ("ls --sort-by-size", "ls --sort-by-size"),
        ("find . -maxdpth 1", "find -maxdpth"),
        ("find . -move x", "find -move"),
        ("find /w -execln -s {} x \\;", "find -execln"),
        ("sort --numerical x", "sort --numerical"),
        ("grep --foo x y", "grep --foo"),
        ("tar --extract-all x", "tar --extract-all"),
        ("du --max-deep 1", "du --max-deep"),
        ("mv -r a b", "mv -r"),
        ("ls | xargs rm -q", "rm -q"),
        ("timeout 5 ls --foo", "ls --foo"),
        ("find . -exec mv -r {} x +", "mv -r"),
        ("bash -c 'cp --foo a b'", "cp --foo"),
        ("echo $(du --foo)", "du --foo"),
        ("for f in *; do mv -r $f x; done", "mv -r"),
        ("head --lines-of 3 x", "head --lines-of"),
    ],
)
def test_unknown_options(explainer, command, unknown):
    assert unknown in unknown_options(command, explainer)


@pytest.mark.parametrize(
    "command",
    [
        "ls -lahS",
        "tar xzf a.tgz -C /tmp",
        "head -5 x",
        "head -n -1 x",
        "grep -e -x y",
        "grep --col=auto x y",
        "kill -9 123",
        "kill -HUP 1",
        "find . -newermt 2024-01-01 ! -name x -o -type d",
        "sort -k2,2n -t, x",
        "cut -d' ' -f1 x",
        "ls -- --foo",
        "echo --foo",
        "nosuchprogram --foo",
        "$X --foo",
        "'",
        "",
        "[ -f x ] && test -d y",
        "f() { ls -l; }; f --foo",
    ],
)
def test_known_options(explainer, command):
    assert unknown_options(command, explainer) == []


def test_busybox_has_its_own_options_whatever_the_pages_of_others_say(tmp_path, monkeypatch):
    for name in ("ls", "grep", "find", "sort"):
        (tmp_path / name).symlink_to(need("busybox"))
    monkeypatch.setattr(manuals_module, "SYSTEM_FOLDERS", (str(tmp_path),))
    path = f"{tmp_path}:{VARIABLES['PATH']}"
    explainer = Explainer(Manuals({**VARIABLES, "PATH": path}, Path("/"), PageStore(tmp_path / "pages.db")))
    known = "ls -lah x; find . -name x -type f -maxdepth 2; grep -rin x y | sort -k2,2n -r"
    assert unknown_options(known, explainer) == []
    foreign = (
        "ls --hyperlink; grep -rP x --include=y z; find . -printf x; sort --human-numeric-sort x; du --apparent-size"
    )
    assert unknown_options(foreign, explainer) == [
        "ls --hyperlink", "grep -rP", "grep --include=y", "find -printf", "sort --human-numeric-sort"
    ]  # fmt: skip


def test_the_worked_examples_have_no_unknown_options(explainer, monkeypatch):
    monkeypatch.setattr(manuals_module, "MOST_PAGES", 1000)
    files = (own_prompts() / "kinds").glob("*.toml")
    answers = [e["answer"] for f in files for e in tomllib.loads(f.read_text(encoding="utf-8"))["examples"]]
    judged = [answer for answer in answers if answer.startswith(TOOLS)]
    assert len(judged) > 250
    assert [wrong for answer in judged if (wrong := unknown_options(answer, explainer))] in ([], [["find -rf"]])


def test_unknown_programs(explainer):
    assert unknown_programs("nosuchprogram | wc -l && ./mine", explainer) == ["nosuchprogram"]
    assert unknown_programs("greet() { echo hi; }; greet", explainer) == []
    assert unknown_programs("cd /tmp; $EDITOR x; if true; then ls; fi", explainer) == []


# Pages that are kept


def program(folder: Path, text: str) -> Path:
    file = folder / "tool"
    file.write_text(text)
    file.chmod(0o755)
    return file


class Counting(Manuals):
    looked_up = 0

    def _look_up(self, name):
        self.looked_up += 1
        return Page("man", ("NAME", f"  {name} {self.looked_up}"))


def manuals(folder: Path, file: Path) -> Counting:
    return Counting(VARIABLES | {"PATH": str(folder)}, folder, PageStore(file))


def test_a_page_is_looked_up_once_for_a_program(tmp_path):
    program(tmp_path, "#!/bin/sh\n")
    first = manuals(tmp_path, tmp_path / "pages.db")
    assert first.page_of("tool") == first.page_of("tool")
    second = manuals(tmp_path, tmp_path / "pages.db")
    assert second.page_of("tool") == first.page_of("tool")
    assert (first.looked_up, second.looked_up) == (1, 0)
    assert stat.S_IMODE((tmp_path / "pages.db").stat().st_mode) == 0o600
    assert PageStore(tmp_path / "pages.db").names() == ["tool"]


def test_another_program_or_language_is_looked_up_anew(tmp_path):
    program(tmp_path, "#!/bin/sh\n")
    manuals(tmp_path, tmp_path / "pages.db").page_of("tool")
    program(tmp_path, "#!/bin/sh\n# another\n")
    again = manuals(tmp_path, tmp_path / "pages.db")
    again.page_of("tool")
    assert again.looked_up == 1
    other = manuals(tmp_path, tmp_path / "pages.db")
    other.variables = {**other.variables, "LANG": "de_DE.UTF-8"}
    other.page_of("tool")
    assert other.looked_up == 1


def test_a_page_that_was_not_found_is_looked_for_again(tmp_path):
    class Slow(Counting):
        def _look_up(self, name):
            self.looked_up += 1

    slow = Slow(VARIABLES | {"PATH": str(tmp_path)}, tmp_path, PageStore(tmp_path / "pages.db"))
    program(tmp_path, "#!/bin/sh\n")
    assert slow.page_of("tool") is None
    assert manuals(tmp_path, tmp_path / "pages.db").page_of("tool")
    assert PageStore(tmp_path / "pages.db").names() == ["tool"]


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 50])
def test_a_damaged_store_is_made_anew(tmp_path, damage):
    file = tmp_path / "pages.db"
    file.write_bytes(damage)
    store = PageStore(file)
    store.write("tool", "1", Page("man", ("x",)))
    store.close()
    assert PageStore(file).read("tool", "1") == Page("man", ("x",))


def test_pages_of_another_version_are_dropped(tmp_path):
    file = tmp_path / "pages.db"
    with closing(sqlite3.connect(file)) as old, old:
        old.execute("create table pages (name text primary key, stamp text, source text, lines text)")
        old.execute("insert into pages values ('tool', '1', '', '')")
    assert PageStore(file).read("tool", "1") is None
    PageStore(file).write("tool", "1", Page("man", ("x",)))
    assert PageStore(file).read("tool", "1") == Page("man", ("x",))


def test_a_store_that_cannot_be_used_holds_nothing_up(tmp_path):
    (tmp_path / "file").write_text("")
    store = PageStore(tmp_path / "file" / "pages.db")
    store.write("tool", "1", Page("man", ("x",)))
    assert store.read("tool", "1") is None
    store.clear()
