"""What is said about each part of a command, with pages written here in place of the machine's."""

from dataclasses import dataclass, field

import pytest
from hypothesis import example, given

from shellmate.core.errors import UsageError
from shellmate.request.command.part import Part
from shellmate.request.command.parts import MOST_NESTED, Explainer
from shellmate.request.manual.pages import Page
from tests.unit.test_commandline import SHELLISH

HEAD = "X(1)\nNAME\n       {} - {}\nSYNOPSIS\n       {}\nDESCRIPTION\n"
PAGES = {
    "tar": ("archives", "tar [OPTION...] [FILE]...", "-x, --extract|get out", "-z, --gzip|unzip", "-f, --file=A|in A"),
    "grep": ("prints lines", "grep [OPTION]... PATTERNS [FILE]...", "-n|numbers", "-A NUM|context", "-e P|pattern"),
    "find": ("finds", "find [PLACE...]", "-name pattern|by name", "-exec command ;|runs it", "expr1 -o expr2|or"),
    "dd": ("copies", "dd [OPERAND]...", "if=FILE|from FILE"),
    "ps": ("processes", "ps [options]", "a|all", "u|by user", "x|without a terminal"),
    "rm": ("removes", "rm [OPTION]... [FILE]...", "-r|with what is in it", "-f|never asks"),
    "head": ("the first lines", "head [OPTION]... [FILE]...", "-n, --lines=N|so many"),
    "git": ("versions", "git [-v] <command> [<args>]", "-C <path>|in path"),
    "git commit": ("records", "git commit [-a] [<pathspec>...]", "-a|all", "-m <msg>|the message"),
    "xargs": ("builds commands", "xargs [options] [command]", "-n N|N at once"),
    "timeout": ("limits", "timeout [OPTION] DURATION COMMAND", "-s SIGNAL|the signal"),
    "bash": ("a shell", "bash [options] [file]", "-c|runs the string"),
}


def page(name: str) -> Page:
    about, synopsis, *entries = PAGES[name]
    text = HEAD.format(name, about, synopsis)
    for entry in entries:
        tag, body = entry.split("|")
        text += f"       {tag}\n              {body}\n\n"
    return Page("man", tuple(text.split("\n")))


@dataclass
class FakeManuals:
    asked: list = field(default_factory=list)

    def page_of(self, name: str) -> Page | None:
        self.asked.append(name)
        return page(name) if name in PAGES else None

    def page_below(self, name: str, command: str) -> Page | None:
        return self.page_of(f"{name} {command}")

    def find_program(self, name: str) -> str:
        return f"/home/me/{name}" if name == "mine" else ""


def explain(line: str) -> list[Part]:
    return Explainer(FakeManuals()).explain(line)


def said(line: str) -> list[tuple[str, str]]:
    return [(part.text, part.meaning) for part in explain(line)]


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("tar xzf a.tgz", [("tar", "archives"), ("x", "get out"), ("z", "unzip"), ("f a.tgz", "in A")]),
        ("tar -xzfa.tgz", [("tar", "archives"), ("-x", "get out"), ("-z", "unzip"), ("-fa.tgz", "in A")]),
        ("tar --extr --file=a", [("tar", "archives"), ("--extr", "get out"), ("--file=a", "in A")]),
        ("tar --file a b", [("tar", "archives"), ("--file a", "in A"), ("b", "the FILE argument of tar")]),
        ("grep -nA3 x", [("grep", "prints lines"), ("-n", "numbers"), ("-A3", "context"), ("x", "the PATTERNS argument of grep")]),
        ("ps aux", [("ps", "processes"), ("a", "all"), ("u", "by user"), ("x", "without a terminal")]),
        ("dd if=/dev/sda", [("dd", "copies"), ("if=/dev/sda", "from FILE")]),
        ("head -5", [("head", "the first lines"), ("-5", "so many")]),
        (
            "find . -name '*.c' -o -name x",
            [
                ("find", "finds"),
                (".", "the PLACE argument of find"),
                ("-name '*.c'", "by name"),
                ("-o", "or"),
                ("-name x", "by name"),
            ],
        ),
        (
            "find -exec rm -f {} \\; -name x",
            [
                ("find", "finds"),
                ("-exec", "runs it"),
                ("rm", "removes"),
                ("-f", "never asks"),
                ("{}", "the file that was found"),
                ("\\;", "ends the command that find runs"),
                ("-name x", "by name"),
            ],
        ),
        (
            "git -C d commit -am fix",
            [("git", "versions"), ("-C d", "in path"), ("commit", "records"), ("-a", "all"), ("-m fix", "the message")],
        ),
        (
            "xargs -n 5 timeout -s 9 10 rm -r x",
            [
                ("xargs", "builds commands"),
                ("-n 5", "N at once"),
                ("timeout", "limits"),
                ("-s 9", "the signal"),
                ("10", "the DURATION argument of timeout"),
                ("rm", "removes"),
                ("-r", "with what is in it"),
                ("x", "the FILE argument of rm"),
            ],
        ),
        (
            "sudo -u root rm x",
            [
                ("sudo", "not a program on this machine"),
                ("-u root", "not known"),
                ("rm", "removes"),
                ("x", "the FILE argument of rm"),
            ],
        ),
        ("rm -- -r", [("rm", "removes"), ("--", "what is behind it is no option, even if it looks like one"), ("-r", "the FILE argument of rm")]),
        ("rm --frob", [("rm", "removes"), ("--frob", "its man page does not tell")]),
    ],
)  # fmt: skip
def test_programs_and_their_options(line: str, parts: list[tuple[str, str]]):
    assert said(line) == parts


def test_the_sources_are_told_apart():
    found = {part.text: part.source for part in explain("A=1 rm -f x --frob 2>&1 | nope 'y' | dd z")}
    assert found == {
        "A=1": "shell", "rm": "man", "-f": "man", "x": "man", "--frob": "", "2>&1": "shell", "|": "shell", "nope": "",
        "'y'": "shellmate", "dd": "man", "z": "man",
    }  # fmt: skip


def test_what_is_inside_stands_behind_it_one_level_deeper():
    parts = explain('rm "$(find . -name "$(head x)")" 2>err -f')
    assert [(part.text, part.depth) for part in parts] == [
        ("rm", 0),
        ('"$(find . -name "$(head x)")"', 0),
        ("find", 1),
        (".", 1),
        ('-name "$(head x)"', 1),
        ("head", 2),
        ("x", 2),
        ("2>err", 0),
        ("-f", 0),
    ]


def test_the_script_of_a_shell_is_taken_apart():
    assert [part.text for part in explain("bash -c 'rm x && ps a'")] == [
        "bash",
        "-c",
        "'rm x && ps a'",
        "rm",
        "x",
        "&&",
        "ps",
        "a",
    ]
    assert [part.text for part in explain("bash -c 'rm \"x'")] == ["bash", "-c", "'rm \"x'"], (
        "what cannot be read is left whole"
    )


def test_functions_are_known_where_they_are_called():
    assert explain("f() { rm x; }; f")[-1].meaning == "calls the function that was defined before"


def test_a_program_of_the_users_own_is_told_for_what_it_is():
    assert "is not run" in explain("mine -x")[0].meaning


@pytest.mark.parametrize("line", ["$(" * (MOST_NESTED + 2) + "x" + ")" * (MOST_NESTED + 2), "sudo " * 100 + "x"])
def test_nesting_has_an_end(line: str):
    with pytest.raises(UsageError):
        explain(line)


@given(SHELLISH)
@example("case;;")
def test_no_text_raises_anything_but_a_usage_error(text: str):
    try:
        parts = explain(f"find {text}") + explain(text)
    except UsageError:
        return
    assert all(part.text and part.kind and part.meaning for part in parts)


@pytest.mark.parametrize(
    ("argument", "meaning"),
    [
        ('"$x"', "becomes the value of $x"),
        ("${x}", "becomes the value of $x"),
        ("a$x-$1", "the value of $x and $1 is put in"),
        ("~/*.c", "~ becomes the home directory; becomes the names of the files that match"),
        ("{a,b}", "becomes one word for each choice in the braces"),
        ("'*'", "the FILE argument of rm"),
        ("$(head)", "becomes what the command inside prints"),
    ],
)
def test_what_the_shell_makes_of_an_argument(argument: str, meaning: str):
    assert said(f"rm {argument}")[1] == (argument, meaning)


@pytest.mark.parametrize(
    ("redirection", "meaning"),
    [
        (">x", "writes the output to x, whose old content is lost"),
        (">>x", "appends the output to x"),
        ("2>/dev/null", "throws away the error messages"),
        ("2>&1", "sends the error messages to where the output goes"),
        (">&2", "sends the output to where the error messages go"),
        ("&>x", "writes the output and the error messages to x, whose old content is lost"),
        ("<x", "reads the input from x"),
        ("<<<x", "reads this text as the input"),
        ("3>&-", "closes the stream 3"),
    ],
)
def test_redirections(redirection: str, meaning: str):
    assert said(f"rm {redirection}")[1] == (redirection, meaning)
