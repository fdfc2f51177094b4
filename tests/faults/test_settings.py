"""The settings file as people keep it: broken, linked, commented; and what setting a value makes of it."""

import pytest

pytestmark = pytest.mark.slow

BROKEN = [
    ('lang = "shell"\nthreads = many\n', "line 2: threads: "),
    ("lang = 'shell\n", "line 1: lang: "),
    ('# a\nkey = """x\n\n', "line 2: key: unterminated"),
    ("# a\n\nthreads = 2\nthreads = 3\n", "line 4: threads: "),
    ("threads = 2 lang = 1\n", "line 1: threads: "),
    ('# a\n"(" = 1\n', "line 2: ( is not a setting"),
    ('"a\\u001b[31m" = 1\n', r"line 1: 'a\x1b[31m' is not a setting"),
    ("[lang]\nx = 1\n", "line 1: lang: "),
    ("lang = 'c'\n", "line 1: lang: 'c' is not one of"),
    ("\nmax_tokens = inf\n", "line 2: max_tokens: inf is not a whole number"),
    ("max_tokens = 1.5\n", "line 1: max_tokens: 1.5 is not a whole number"),
    ("timeout = nan\n", "line 1: timeout: nan is not a number"),
    ("temperature = 9\n", "line 1: temperature: 9 is not from 0 to 5"),
    ("log = 2024-01-05\n", "line 1: log: "),
    (f"lang = {'[' * 5000}\n", "it is nested too deeply"),
    (f"\nseed = {'9' * 5000}\n", "line 2: a number has too many digits"),
    ("lang = 'shell'\n\nloq = true\n", "line 3: loq is not a setting"),
]


@pytest.mark.parametrize(("text", "said"), BROKEN, ids=[said for _, said in BROKEN])
def test_what_is_broken_is_named_with_its_line_and_key(home, text, said):
    file = home.place("config") / "config.toml"
    file.parent.mkdir()
    file.write_text(text)
    for args in (("config", "get", "lang"), ("config", "set", "lang", "shell"), ("--sh", "list files")):
        result = home.run(*args)
        assert result.code == 2 and f"{file}: {said}" in result.err, result
        assert result.err.count("\n") == 1 and result.err.isprintable() is False and "\x1b" not in result.err
    assert file.read_text() == text
    assert home.must("--no-config", "--sh", "list files", answers=["```bash\ntouch x\n```"]).out == "touch x\n"
    assert home.must("--no-config", "config", "path").out == f"{file}\n"
    assert home.must("--no-config", "judge", "ls").out == "safe\n"


@pytest.mark.parametrize("raw", [b"lang = '\xff'\n", b"\xff\xfel\0"])
def test_what_is_no_text_is_said(home, raw):
    file = home.place("config") / "config.toml"
    file.parent.mkdir()
    file.write_bytes(raw)
    result = home.run("config", "list")
    assert result.code == 2 and f"{file}: it is not UTF-8" in result.err


def test_a_link_stays_a_link(home):
    own = home.root / "dotfiles" / "shellmate.toml"
    own.parent.mkdir()
    own.write_text("threads = 2\n")
    file = home.place("config") / "config.toml"
    file.parent.mkdir()
    file.symlink_to("../dotfiles/shellmate.toml")
    home.must("config", "set", "threads", "3")
    assert file.is_symlink() and own.read_text() == "threads = 3\n"
    file.unlink()
    file.symlink_to(file)
    result = home.run("config", "set", "threads", "3")
    assert result.code in (1, 2) and result.err.count("\n") == 1 and "internal" not in result.err


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("threads = 2  # of four\n", "threads = 4  # of four\n"),
        ("  threads=2#x", "  threads=4#x\n"),
        ('"threads" = 2\n', '"threads" = 4\n'),
        ("'threads' = 2\n", "'threads' = 4\n"),
        ("# threads = 2\n", "# threads = 2\nthreads = 4\n"),
        ("threads = '2'  # '3'\n", "threads = 4  # '3'\n"),
        ("# a\u2028b\x85c\nthreads = 2\n", "# a\u2028b\x85c\nthreads = 4\n"),
        ('key = """\nthreads = 9\n"""\nthreads = 2\n', None),
        ('threads = """\n2"""\n', None),
    ],
)
def test_all_else_stays_as_it_is(home, before, after):
    file = home.place("config") / "config.toml"
    file.parent.mkdir()
    file.write_text(before)
    result = home.run("config", "set", "threads", "4")
    assert result.code == (0 if after else 2), result
    assert file.read_text() == (after or before)
    if not after:
        assert str(file) in result.err and "by hand" in result.err


def test_a_broken_prompt_is_named_with_its_line(home):
    file = home.place("config") / "prompts" / "own.toml"
    file.parent.mkdir(parents=True)
    for text, said in [('system = "x"\nlanguage = shell\n', "line 2: language: "), (f"a = {'[' * 5000}", "nested")]:
        file.write_text(text)
        result = home.run("-p", "own", "list files")
        assert result.code == 2 and f"{file}: " in result.err and said in result.err, result
