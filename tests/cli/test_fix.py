"""`shellmate fix`: which command it is about, and what comes out."""

import pytest

ANSWER = ["```bash\ngit status\n```"]


def ask(shellmate, commands, status="1", *flags, stdin=None):
    variables = {"SHELLMATE_LAST_COMMANDS": commands, "SHELLMATE_LAST_STATUS": status, "PATH": "/nowhere"}
    result = shellmate("fix", *flags, answers=[ANSWER] * 3, stdin=stdin, terminal=True, **variables)
    assert (result.code, result.out) == (0, "git status\n")
    return result.engine.asked[0][0].suffix


@pytest.mark.parametrize(
    ("commands", "words"),
    [
        ("make\ngti status", "gti status\nexit status 7"),
        ("gti status\nshellmate fix", "gti status\nexit status 7"),
        ("\t gti status\n\t shellmate fix -q", "gti status\nexit status 7"),
        ("gti status\nshellmate fix\nshellmate fix", "gti status\nexit status 1"),
        ('\t echo "a\nb"\n\t shellmate fix', 'echo "a\nb"\nexit status 7'),
        ('echo "a\nb"\x1eshellmate fix', 'echo "a\nb"\nexit status 7'),
        ("make\nfixme --now\nshellmate fix", "fixme --now\nexit status 7"),
        ("make\nshellmate list files\nshellmate fix", "shellmate list files\nexit status 7"),
        ("TOKEN=abc gti\nshellmate fix", "TOKEN=*** gti\nexit status 7"),
    ],
)
def test_it_is_about_the_last_command_that_was_not_itself(shellmate, commands, words):
    assert ask(shellmate, commands, "7") == words


def test_piped_in_it_is_about_the_command_that_prints_it(shellmate):
    assert ask(shellmate, "ls\nmake 2>&1 | shellmate fix", "0", stdin=b"boom\n") == "make\nexit status 1"


@pytest.mark.parametrize("commands", ["", "shellmate fix", "\n\n"])
def test_without_a_command_it_says_what_to_do(shellmate, commands):
    result = shellmate("fix", terminal=True, SHELLMATE_LAST_COMMANDS=commands)
    assert (result.code, result.out) == (2, "")
    assert "shellmate init bash" in result.err and result.err.count("\n") == 1


@pytest.mark.parametrize("status", [("--status", "127"), ()])
def test_a_misspelt_program_needs_no_model(shellmate, tmp_path, status):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").touch()
    result = shellmate("fix", "--command", "gti status", *status, terminal=True, PATH=str(tmp_path / "bin"))
    assert (result.code, result.out, result.engine.asked) == (0, "git status\n", [])


def test_nor_does_a_misspelt_command_of_a_program(shellmate, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "share" / "man" / "man1").mkdir(parents=True)
    for page in ("add", "bisect", "commit", "diff", "log", "push", "rm", "status"):
        (tmp_path / "share" / "man" / "man1" / f"git-{page}.1").touch()
    result = shellmate("fix", "--command", "git psuh", terminal=True, PATH=str(tmp_path / "bin"))
    assert (result.code, result.out, result.engine.asked) == (0, "git push\n", [])


def test_the_command_that_failed_is_no_answer(shellmate):
    same, other = ["```bash\ngit", " statsu", "\n```"], [" status", "\n```"]
    result = shellmate("fix", "--command", "git statsu", answers=[same, other], terminal=True, PATH="/nowhere")
    assert (result.code, result.out, result.err) == (0, "git status\n", "")
