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
        ("rm '*.txt'", ["deletes no file that is there now"]),
        ("rm build", ["deletes no file that is there now"]),
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
        ("sort -u one.txt -o two.txt", ["overwrites 1 file, 5 bytes"]),
        ("curl -so one.txt https://example.com/", ["overwrites 1 file, 5 bytes"]),
        ("wget -O one.txt https://example.com/", ["overwrites 1 file, 5 bytes"]),
        ("wget -O- https://example.com/", []),
        ("ln -sf two.txt one.txt", ["overwrites 1 file, 5 bytes"]),
        ("ln -s two.txt one.txt", []),
        ("gawk -i inplace 1 one.txt two.txt", ["changes 2 files, 10 bytes"]),
        ("ruby -i -pe 'gsub(/1/, \"2\")' one.txt", ["changes 1 file, 5 bytes"]),
        ("sort one.txt | sponge one.txt", ["overwrites 1 file, 5 bytes"]),
        ('for f in *.txt; do : > "$f"; done', ["overwrites 3 files, 15 bytes"]),
        ("find build -name '*.o' -delete", ["deletes 2 files, 2.0 KB"]),
        ("find build -name *.o -delete", ["deletes 2 files, 2.0 KB"]),
        ("find . -maxdepth 1 -name '*.txt' -size -2k -delete -print", ["deletes 3 files, 15 bytes"]),
        ("find -name '[ot]*.txt' -delete", ["deletes 2 files, 10 bytes"]),
        ("cd build && find . ! -name 'a*' -type f -delete", ["deletes 2 files, 501 bytes"]),
        ("find . -name '*.o' -prune -o -name '*.txt' -delete", ["deletes 3 files, 15 bytes"]),
        ("find . -type d -empty -delete", ["deletes no file that is there now"]),
        ("find . -name '*.o' -exec grep -q x {} \\; -delete", ["deletes what cannot be told before"]),
        ("find . -name '*.o' -exec rm {} +", ["deletes 2 files, 2.0 KB"]),
        ("find . -name '*.o' -o -name two.txt -exec rm {} \\;", ["deletes 1 file, 5 bytes"]),
        ("find build -type f -exec rm -f {} +", ["deletes 3 files, 2.0 KB"]),
        ("find . -name build -exec rm -rf {} +", ["deletes 3 files, 2.0 KB"]),
        ("find . -name '*.o' -exec sh -c 'rm \"$1\"' _ {} \\;", ["deletes 2 files, 2.0 KB"]),
        ("find . -name '*.txt' -exec sed -i s/1/2/ {} +", ["changes 3 files, 15 bytes"]),
        ("find . -name '*.o' | xargs rm", ["deletes 2 files, 2.0 KB"]),
        ("find . -name '*.o' -o -name two.txt | sort | xargs rm", ["deletes 3 files, 2.0 KB"]),
        ("find . -name '*.o' -print0 | xargs -0 -I{} mv {} old", ["moves 2 files, 2.0 KB"]),
        ("rm $(find . -name '*.o')", ["deletes 2 files, 2.0 KB"]),
        ("find . -name '*.o' | while read -r f; do rm \"$f\"; done", ["deletes 2 files, 2.0 KB"]),
        ("find . -name '*.o' | head -1 | xargs rm", ["deletes what cannot be told before"]),
        ("find build | head -1 | xargs rm", ["deletes what cannot be told before"]),
        ("find . -name '*.o' | grep a | xargs rm", ["deletes what cannot be told before"]),
        ("find . -exec grep -l x {} + | xargs rm", ["deletes what cannot be told before"]),
        ("find . -name '*.o'; find . -name '*.txt' | xargs rm", ["deletes what cannot be told before"]),
        ("find . -name '*.o' > l; rm one.txt", ["deletes 1 file, 5 bytes"]),
        ("find . -nosuch -delete", ["deletes what cannot be told before"]),
        ('find . -name "$x" -delete', ["deletes what cannot be told before"]),
        ("ssh host \"find . -name '*.o' -delete\"", []),
        ("find nowhere -delete", ["deletes no file that is there now"]),
        ("cp one.txt build", []),
        ("cp build/a.o .", []),
        ("cp build/deep/b.o build/a.o", ["overwrites 1 file, 1.5 KB"]),
        ("mv -t build one.txt two.txt", ["moves 2 files, 10 bytes"]),
        ("ls", []),
        ("rm 'unclosed", []),
    ],
)
def test_what_is_counted(place, code, expected):
    found = hits(code, place)
    if code == "rm -r link":  # a link is as long as the path in it
        found = [found[0].partition(",")[0]]
    assert found == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("git clean -f", "deletes 2 files, 10 bytes"),
        ("git clean -fq", "deletes 2 files, 10 bytes"),
        ("git clean -fd", "deletes 3 files, 1.5 KB"),
        ("git clean --force -d -e '*.o'", "deletes 2 files, 10 bytes"),
        ("git clean -fdx", "deletes 4 files, 1.5 KB"),
        ("git clean -fX", "deletes 1 file, 3 bytes"),
        ("git clean -f -- two.txt", "deletes 1 file, 5 bytes"),
        ("git -C build clean -fd .", "deletes 1 file, 1.5 KB"),
        ("cd build; git clean -fd", "deletes 1 file, 1.5 KB"),
        ("git clean -i", "deletes what cannot be told before"),
        ("git -c core.pager=x clean -f", "deletes what cannot be told before"),
        ("git clean -n", ""),
        ("git clean -nfd", ""),
        ("git commit -m clean", ""),
    ],
)
def test_what_git_cleans(place, code, expected):
    (place / "link").unlink()
    (place / "build" / ".hidden").unlink()
    (place / "build" / "deep" / "b.o").rename(place / 'q"\u00f6.txt')
    (place / 'q"\u00f6.txt').write_text("12345")
    (place / "log").write_text("abc")
    (place / ".gitignore").write_text("log\n")
    for command in (["init", "-q"], ["add", "one.txt", "a b.txt", ".gitignore"]):
        subprocess.run(["git", *command], cwd=place, check=True, capture_output=True)
    assert "; ".join(hits(code, place)) == expected
    assert (place / "two.txt").exists() and (place / "log").exists()


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


def test_what_takes_longer_to_be_found_is_not_called_nothing(place):
    assert hits("find . -name '*.o' -delete", place, seconds=0.0) == ["deletes what takes longer to be counted"]


def test_names_that_look_like_options_are_none(place):
    for name in ("-delete", "--no-dry-run"):
        (place / name).touch()
    subprocess.run(["git", "init", "-q"], cwd=place, check=True)
    before = sorted(place.rglob("[!.]*"))
    hits("find * -name 'one.txt' -delete; find * | xargs rm; git clean -f *", place)
    assert sorted(place.rglob("[!.]*")) == before


def test_nothing_is_touched(place):
    before = {path: path.lstat() for path in place.rglob("*")}
    hits("find . -name '*.txt' -delete; find . -exec rm {} +; git clean -fdx", place)
    hits("rm -rf build; mv one.txt two.txt; sed -i s/a/b/ one.txt; chmod -R 000 .; echo > 'a b.txt'", place)
    after = {path: path.lstat() for path in place.rglob("*")}
    assert [(p, s.st_size, s.st_mode, s.st_mtime_ns) for p, s in before.items()] == [
        (p, s.st_size, s.st_mode, s.st_mtime_ns) for p, s in after.items()
    ]


@pytest.mark.parametrize("code", ["rm -rf /proc/self", "rm -rf '\0'", "rm -rf " + "a/" * 5000, "rm -rf '\udce9'"])
def test_odd_places_are_no_error(place, code):
    hits(code, place)
