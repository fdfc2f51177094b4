"""The form of a command that can be undone, tried where it can be."""

import subprocess

import pytest

from shellmate.answer.undoable import undoable_form


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("rm -rf build/", "mv -- build build.old"),
        ("rm 'a b'", "mv -- 'a b' 'a b'.old"),
        ("rm *.o", ""),
        ("rm a b", ""),
        ("sed -i s/a/b/ f", "sed -i.bak s/a/b/ f"),
        ("sed -Ei s/a/b/ f", "sed -Ei.bak s/a/b/ f"),
        ("sed --in-place s/a/b/ f", "sed --in-place=.bak s/a/b/ f"),
        ("sed -i.orig s/a/b/ f", ""),
        ("perl -pi -e s/a/b/ f", "perl -pi.bak -e s/a/b/ f"),
        ("truncate -s 0 f", "cp -- f f.bak && truncate -s 0 f"),
        ("sort g > f", "cp -- f f.bak && sort g > f"),
        ("echo > /dev/null", ""),
        ("git reset --hard", "git stash"),
        ("git reset --hard HEAD~1", ""),
        ("git checkout .", "git stash"),
        ("git restore .", "git stash"),
        ("git clean -fd", "git stash --include-untracked"),
        ("git clean -fdx", "git stash --all"),
        ("git clean -nd", ""),
        ("git branch -D x", "git branch -d x"),
        ("git push -f origin main", "git push --force-with-lease origin main"),
        ("ls", ""),
        ("rm a; rm b", ""),
        ("rm 'unclosed", ""),
        ("", ""),
    ],
)
def test_forms(code, expected):
    assert undoable_form(code, {"PATH": "/nowhere"}) == expected


def test_the_trash_where_there_is_one(tmp_path):
    (tmp_path / "gio").write_text("#!/bin/sh\n")
    (tmp_path / "gio").chmod(0o755)
    assert undoable_form("rm -rf *.o 'a b'", {"PATH": str(tmp_path)}) == "gio trash -- *.o 'a b'"


@pytest.mark.parametrize(
    "code", ["rm -f f", "sed -i s/x/y/ f", "truncate -s 0 f", "echo new > f", "perl -pi -e s/x/y/ f"]
)
def test_what_was_there_is_still_there(tmp_path, code):
    (tmp_path / "f").write_text("x\n")
    subprocess.run(["bash", "-c", undoable_form(code, {"PATH": "/nowhere"})], cwd=tmp_path, check=True)
    assert "x\n" in [path.read_text() for path in tmp_path.iterdir()]
