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
        ("git restore a.py 'b c.py'", "git stash push -- a.py 'b c.py'"),
        ("git restore --staged a.py", ""),
        ("git restore --source HEAD~1 a.py", ""),
        ("git checkout -- a.py", "git stash push -- a.py"),
        ("git checkout main", ""),
        ("git restore", ""),
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


@pytest.mark.parametrize(
    ("program", "expected"), [("gio", "gio trash --"), ("trash-put", "trash-put --"), ("trash", "trash")]
)
def test_the_trash_where_there_is_one(tmp_path, program, expected):
    (tmp_path / program).write_text("#!/bin/sh\n")
    (tmp_path / program).chmod(0o755)
    assert undoable_form("rm -rf *.o 'a b'", {"PATH": str(tmp_path)}) == f"{expected} *.o 'a b'"


def test_what_git_would_lose_is_kept_aside(tmp_path):
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    (tmp_path / "f").write_text("old\n")
    for command in (["init", "-q"], ["add", "f"], ["commit", "-qm", "x"]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    (tmp_path / "f").write_text("new\n")
    (tmp_path / "g").write_text("mine\n")
    safe = undoable_form("git restore f", {}).split()[1:]
    subprocess.run([*git, *safe], check=True, capture_output=True)
    assert (tmp_path / "f").read_text() == "old\n" and (tmp_path / "g").exists()
    subprocess.run([*git, "stash", "pop"], check=True, capture_output=True)
    assert (tmp_path / "f").read_text() == "new\n"


@pytest.mark.parametrize(
    "code", ["rm -f f", "sed -i s/x/y/ f", "truncate -s 0 f", "echo new > f", "perl -pi -e s/x/y/ f"]
)
def test_what_was_there_is_still_there(tmp_path, code):
    (tmp_path / "f").write_text("x\n")
    subprocess.run(["bash", "-c", undoable_form(code, {"PATH": "/nowhere"})], cwd=tmp_path, check=True)
    assert "x\n" in [path.read_text() for path in tmp_path.iterdir()]
