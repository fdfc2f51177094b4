"""How much a command would hit, counted in real folders."""

import os
import subprocess
from pathlib import Path

import pytest

from shellmate.answer.danger import judge
from shellmate.answer.radius import measure


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "build" / "deep").mkdir(parents=True)
    (tmp_path / "build" / "a.o").write_bytes(b"x" * 1500)
    (tmp_path / "build" / "deep" / "b.o").write_bytes(b"x" * 500)
    (tmp_path / "build" / ".hidden").write_bytes(b"x")
    for name in ("one.txt", "two.txt", "a b.txt"):
        (tmp_path / name).write_text("12345")
    (tmp_path / "link").symlink_to(tmp_path / "build")
    return tmp_path


def hits(code: str, place: Path, **how: float) -> list[str]:
    return [str(radius) for radius in measure(judge("shell", code).effects, place, place, **how)]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("rm -rf build", ["deletes 3 files, 2.0 KB"]),
        ("rm -rf build/*", ["deletes 2 files, 2.0 KB"]),
        ("rm *.txt", ["deletes 3 files, 15 bytes"]),
        ("rm 'a b.txt' one.txt one.txt", ["deletes 2 files, 10 bytes"]),
        ("rm '*.txt'", ["deletes nothing that is there now"]),
        ("rm build", ["deletes nothing that is there now"]),
        ("rm -r link", ["deletes 1 file"]),
        ("cd build && rm *.o", ["deletes 1 file, 1.5 KB"]),
        ("cd build/deep && rm -r ..", ["deletes 3 files, 2.0 KB"]),
        ("x=build; rm -r $x", ["deletes 3 files, 2.0 KB"]),
        ('for f in *.txt; do rm "$f"; done', ["deletes 3 files, 15 bytes"]),
        ("rm -r ~/build", ["deletes 3 files, 2.0 KB"]),
        ("rm one.txt; rm -r build", ["deletes 4 files, 2.0 KB"]),
        ('rm -r "$unknown"', ["deletes what cannot be told before"]),
        ('rm one.txt "$unknown"', ["deletes what cannot be told before"]),
        ("echo x > one.txt", ["overwrites 1 file, 5 bytes"]),
        ("echo x > new.txt", []),
        ("echo x >> one.txt", []),
        ("ls 2>&1", []),
        ("mv one.txt two.txt", ["moves 1 file, 5 bytes", "overwrites 1 file, 5 bytes"]),
        ("cp one.txt two.txt", ["overwrites 1 file, 5 bytes"]),
        ("sed -i s/a/b/ one.txt two.txt", ["changes 2 files, 10 bytes"]),
        ("sed -i -e s/a/b/ one.txt", ["changes 1 file, 5 bytes"]),
        ("perl -pi -e s/a/b/ one.txt", ["changes 1 file, 5 bytes"]),
        ("chmod -R 755 build", ["changes the rights of 3 files, 2.0 KB"]),
        ("truncate -s 0 one.txt", ["overwrites 1 file, 5 bytes"]),
        ("ssh host 'rm -rf build'", []),
        ("docker exec web rm -rf build", []),
        ("sudo rm -rf build", ["deletes 3 files, 2.0 KB"]),
        ("ls", []),
        ("rm 'unclosed", []),
    ],
)
def test_what_is_counted(place, code, expected):
    found = hits(code, place)
    if code == "rm -r link":  # a link is as long as the path in it
        found = [found[0].partition(",")[0]]
    assert found == expected


def test_git_and_other_owners(place):
    for command in (["init", "-q"], ["add", "one.txt", "build/a.o"]):
        subprocess.run(["git", *command], cwd=place, check=True, capture_output=True)
    assert hits("rm *.txt", place) == ["deletes 3 files, 15 bytes, 1 tracked by git"]
    assert hits("cd build; rm *.o", place / "build" / "..")[0].endswith("1 tracked by git")
    if os.geteuid() == 0:
        os.chown(place / "two.txt", 12345, 12345)
        assert hits("rm *.txt", place)[0].endswith("1 tracked by git, 1 not owned by you")


def test_time_is_kept(place):
    assert hits("rm -rf build", place, seconds=0.0) == ["deletes more than 1 file, 1.5 KB"] or hits(
        "rm -rf build", place, seconds=0.0
    )[0].startswith("deletes more than 1 file")


def test_nothing_is_touched(place):
    before = {path: path.lstat() for path in place.rglob("*")}
    hits("rm -rf build; mv one.txt two.txt; sed -i s/a/b/ one.txt; chmod -R 000 .; echo > 'a b.txt'", place)
    after = {path: path.lstat() for path in place.rglob("*")}
    assert [(p, s.st_size, s.st_mode, s.st_mtime_ns) for p, s in before.items()] == [
        (p, s.st_size, s.st_mode, s.st_mtime_ns) for p, s in after.items()
    ]


@pytest.mark.parametrize("code", ["rm -rf /proc/self", "rm -rf '\0'", "rm -rf " + "a/" * 5000, "rm -rf '\udce9'"])
def test_odd_places_are_no_error(place, code):
    hits(code, place)
