import codecs
import shutil
import subprocess
import sysconfig
import tokenize
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shellmate.answer import shell_syntax
from shellmate.answer.check import Verdict, can_continue, check_syntax
from tests.programs import need


def lines_of(code: str) -> list[str]:
    return code.splitlines(keepends=True) if "\f" not in code else [line + "\n" for line in code.split("\n")]


# ---- Python


@pytest.mark.parametrize("code", ["print(1)\n", "print(1)", "def f():\n    return 1\n", "x = '\\d'\n", "f'{1:{2}}'\n"])
def test_python_that_parses(code):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check_syntax("python", code) == Verdict(True)


@pytest.mark.parametrize("language", ["python", "shell"])
@pytest.mark.parametrize("code", ["", " \n\t\n", "# only words\n", "\n # a\n#b"])
def test_code_of_blanks_and_comments_is_no_answer(language, code):
    assert check_syntax(language, code) == Verdict(False, "empty")
    assert can_continue(language, code).valid


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("a = 1\nb = = 2\n", "line 2: invalid syntax"),
        ("print 'a'\n", "line 1: Missing parentheses in call to 'print'. Did you mean print(...)?"),
        ("if a:\nb()\n", "line 2: expected an indented block after 'if' statement on line 1"),
        ("return 1\n", "line 1: 'return' outside function"),
        ("x = (1,\n", "line 1: '(' was never closed"),
    ],
)
def test_python_that_does_not_parse(code, reason):
    assert check_syntax("python", code) == Verdict(False, reason)


@pytest.mark.parametrize("code", ["a\0b", "'\udc80'", "(" * 5000, "-" * 100_000 + "1", "x" + ".x" * 50_000, "1" * 9999])
def test_python_beyond_the_parser_is_invalid_and_no_crash(code):
    verdict = check_syntax("python", code)
    assert not verdict.valid
    assert verdict.reason
    assert "\n" not in verdict.reason
    can_continue("python", code)


PYTHON_BEGINNINGS = [
    "foo(\n",
    "x = [\n    1,\n",
    "s = '''\n",
    's = """abc\n\n',
    "def f():\n",
    "@decorator\n",
    "@a\n@b\n",
    "if x:\n    a\nelse:\n",
    "try:\n    a\n",
    "try:\n    a\nexcept E:\n",
    "x = 1 + \\\n",
    "'abc\\\n",
    "f'''{\n",
    "f'''{a\n",
    "f'''{a}\n",
    "class A:\n    # c\n",
    "class A:\n\n",
    "match x:\n",
    "match x:\n    case 1:\n",
    "with (\n",
    "for i in x:\n    # c\n",
    "async def f():\n",
    "d = {\n 'a':\n",
    "def f(\n    a,\n):\n",
    "while 1:\n    if 2:\n",
    "lambda: (\n",
    "def f():\n    def g():\n        nonlocal x\n",
    "# c\n",
    "    \n",
]


@pytest.mark.parametrize("code", PYTHON_BEGINNINGS)
def test_the_beginning_of_python(code):
    assert can_continue("python", code) == Verdict(True)


@pytest.mark.parametrize(
    "code",
    [
        "a = = 1\n",
        "print 'a'\n",
        "if a:\nb\n",
        "x = 1\n  y = 2\n",
        "foo(]\n",
        "'abc\n",
        "else:\n",
        "import\n",
        "$ ls\n",
        "a = = 1\ndef f():\n",
        "def f()\n",
        "x = (1\ny = 2\nz = 3\n",
        "def f():\n    a\n  b\n",
    ],
)
def test_what_no_python_begins_with(code):
    verdict = can_continue("python", code)
    assert not verdict.valid
    assert verdict.reason.startswith("line ")


def python_corpus() -> list[list[str]]:
    library = Path(sysconfig.get_path("stdlib"))
    names = [
        "contextlib.py",
        "textwrap.py",
        "shlex.py",
        "bisect.py",
        "csv.py",
        "dataclasses.py",
        "this.py",
        "graphlib.py",
    ]
    names += ["test/test_generators.py", "test/test_decorators.py", "test/test_fstring.py", "test/test_patma.py"]
    corpus = []
    for path in (library / name for name in names):
        if path.exists():
            with tokenize.open(path) as file:
                corpus.append(lines_of(file.read()))
    return corpus


PYTHON_CORPUS = python_corpus()


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_beginning_of_real_python_can_continue(data):
    lines = data.draw(st.sampled_from(PYTHON_CORPUS))
    start = "".join(lines[: data.draw(st.integers(0, len(lines)))])
    assert can_continue("python", start).valid


def test_each_beginning_of_one_real_module():
    lines = min(PYTHON_CORPUS[:3], key=len)
    assert all(can_continue("python", "".join(lines[:end])).valid for end in range(len(lines) + 1))


# ---- shell

SCRIPTS = [
    "cat <<EOF | sort\nit's $(date)\nEOF\necho done\n",
    "cat <<-'E O F'\n\t$(\n\tE O F\nif true; then\n  cat <<A <<B\na\nA\nb\nB\nfi\n",
    "case $1 in\n  -h|--help) echo 'a)' ;;\n  (b) ;&\n  *)\n    exit 1\nesac\n",
    'f() {\n  local x=1\n}\nfunction g\n{\n  f "$@"\n}\nh()\n(\n  :\n)\n',
    'echo "a $(echo "b\n$(echo \'c\nd\')" | tr a b) e"\n',
    "[[ $a =~ ^(x|y)+$ &&\n   -f $b || (\n $c == [[:digit:]]*\n) ]] || exit\n",
    "a=(\n  one # it's\n  'two\n'\n  [5]=x\n)\ndeclare -A m=([k]=v\n)\necho \"${a[@]:1}\" ${#a[@]}\n",
    "diff <(sort a |\n  uniq) <(\n  sort b\n) > >(tee x)\n",
    "shopt -s extglob\nrm -- !(*.txt|\n*.md)\n",
    "for ((i = 0;\n i < 3;\n i++)); do\n  echo $((i +\n 1))\ndone\n",
    "while read -r x\ndo\n  echo `ls |\n wc -l` \\\n    more\ndone < <(find .)\n",
    "x=${a:-\n'b}'}\n(( x > 1 )) &&\n  echo\nls |\n\n# comment\n  wc\n{ a; b\n}\n! c\n",
    "x=$(\n  if true; then\n    cat <<EOF\n)'\nEOF\n  fi\n)\nselect y\nin a b; do break; done\ncoproc cat\n",
    "echo $'it\\'s\n' \\\n  \"\\\"\n\"\ntime\n: 'if\nthen'\nuntil [ 1 ]; do :; done & wait\n",
    "echo 中文 “quoted” 'é\n'\n",
]


def shell_corpus() -> list[list[str]]:
    corpus = [lines_of(script) for script in SCRIPTS]
    places = [
        "/usr/bin/*.sh",
        "/usr/bin/ldd",
        "/usr/bin/tzselect",
        "/usr/bin/sotruss",
        "/etc/profile",
        "/etc/bash.bashrc",
    ]
    places += ["/usr/share/bash-completion/completions/[acm]*", "/usr/lib/git-core/*.sh", "/etc/skel/.bashrc"]
    for place in places:
        for path in sorted(Path("/").glob(place.lstrip("/")))[:12]:
            try:
                code = path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                continue
            if len(code) < 30_000 and shutil.which("bash") and check_syntax("shell", code).valid:
                corpus.append(lines_of(code))
    return corpus


SHELL_CORPUS = shell_corpus()


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_beginning_of_our_own_scripts(script):
    assert check_syntax("shell", script) == Verdict(True)
    lines = lines_of(script)
    for end in range(len(lines) + 1):
        assert can_continue("shell", "".join(lines[:end])) == Verdict(True)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_beginning_of_real_scripts_can_continue(data):
    lines = data.draw(st.sampled_from(SHELL_CORPUS))
    start = "".join(lines[: data.draw(st.integers(0, len(lines)))])
    assert can_continue("shell", start) == Verdict(True)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("ls\nfi\n", "line 2: unexpected fi"),
        ("ls )\nif x\n", "line 1: unexpected )"),
        ("[[ a b ]]\nls\n", "line 1: conditional binary operator expected"),
        ("for i in a; do\n done done\n", "line 2: unexpected done"),
        ("a=1\nrm !(x)\n", "line 2: unexpected ("),
        ("case a in\n a) b ;; c\nesac\n)\n", "line 2: unexpected newline"),
        ("ls\0\n", "line 1: a NUL character"),
    ],
)
def test_what_no_script_begins_with(code, reason):
    assert can_continue("shell", code).reason == reason
    assert check_syntax("shell", code).reason == reason


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("echo 'a\n", "unterminated quote"),
        ("if a; then\n", "unexpected end"),
        ("x=$(ls\n", "no matching )"),
        ("cat <<EOF\na\n", "no closing EOF"),
    ],
)
def test_a_script_without_its_end(code, reason):
    verdict = check_syntax("shell", code)
    assert not verdict.valid
    assert verdict.reason.startswith("line ")
    assert verdict.reason.endswith(reason)
    assert can_continue("shell", code) == Verdict(True)


def test_nothing_is_run(tmp_path, monkeypatch):
    startup = tmp_path / "startup"
    startup.write_text(f"touch {tmp_path}/started\n")
    monkeypatch.setenv("BASH_ENV", str(startup))
    monkeypatch.setenv("ENV", str(startup))
    for code in (f"touch {tmp_path}/ran\n", f"x=$(touch {tmp_path}/ran)\n", f"a[$(touch {tmp_path}/ran)]=1\nset +n\n"):
        check_syntax("shell", code)
        can_continue("shell", code)
    assert list(tmp_path.iterdir()) == [startup]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "sh", "dash"])
def test_every_shell_finds_its_error(shell):
    need(shell)
    assert check_syntax("shell", "ls -l | wc -l\n", shell) == Verdict(True)
    verdict = check_syntax("shell", "ls\nls )\n", shell)
    assert not verdict.valid
    assert verdict.reason.startswith("line 2: ")
    assert "/dev" not in verdict.reason
    assert can_continue("shell", "ls |\n", shell).valid
    assert not check_syntax("shell", "ls |\n", shell).valid


def test_fish_has_its_own_syntax():
    need("fish")
    assert check_syntax("shell", "for x in a b\n  echo $x\nend\n", "fish").valid
    assert not check_syntax("shell", "for x in a b; do echo; done\n", "fish").valid


def test_an_unknown_shell_is_read_by_bash():
    assert check_syntax("shell", "a=(1)\n", "nu").valid


def test_without_any_shell_everything_is_valid(monkeypatch):
    monkeypatch.setattr(shell_syntax.shutil, "which", lambda name: None)
    assert check_syntax("shell", "fi\n").valid
    assert can_continue("shell", "fi\n").valid


def test_sh_stands_in_for_bash(monkeypatch):
    real = shutil.which("sh")
    monkeypatch.setattr(shell_syntax.shutil, "which", lambda name: real if name == "sh" else None)
    assert check_syntax("shell", "ls\n").valid
    assert not check_syntax("shell", "ls )\n").valid
    assert can_continue("shell", "for i in a; do\n").valid


def test_a_shell_that_hangs_is_no_check(monkeypatch):
    def hang(*args, **kwargs):
        raise subprocess.TimeoutExpired("bash", 5)

    monkeypatch.setattr(shell_syntax.subprocess, "run", hang)
    assert not check_syntax("shell", "ls\n").valid
    assert can_continue("shell", "ls\n").valid


def test_a_shell_that_cannot_be_started_is_none(monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError

    monkeypatch.setattr(shell_syntax.subprocess, "run", refuse)
    assert check_syntax("shell", "fi\n").valid


def test_the_reason_is_harmless_on_a_terminal():
    reason = check_syntax("shell", "ls\n)\x1b[2J)\n").reason
    assert "\x1b" not in reason
    reason = check_syntax("python", "a = \u202e1\n").reason
    assert "\u202e" not in reason


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["shell", "python"]), st.text(max_size=40))
def test_no_text_raises(language, code):
    for verdict in (check_syntax(language, code), can_continue(language, code)):
        assert verdict.valid == (verdict.reason == "")
        assert len(verdict.reason.splitlines()) <= 1


@pytest.mark.parametrize("language", ["", "c++", "sql"])
def test_another_language_is_taken_as_it_is(language):
    assert check_syntax(language, "if (") == can_continue(language, "if (") == Verdict(True)


def test_a_byte_order_mark_is_no_python():
    assert not check_syntax("python", codecs.BOM_UTF8.decode() + "print(1)\n").valid
