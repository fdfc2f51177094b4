"""Commands as people, models and mischief write them: judged in time, and never better for what is around them."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shellmate.answer.danger import judge
from shellmate.answer.radius import measure
from shellmate.answer.trying.readonly import only_reads
from shellmate.core.errors import UsageError
from shellmate.request.command.simplecommands import read_items
from tests.danger.pairs import pairs
from tests.danger.test_wrapped import AROUND, QUOTED, wrap
from tests.fuzz.conftest import FEWER, fuzzed
from tests.fuzz.constructs import WHOLE
from tests.fuzz.samples import made_of, mutated_text

SHELL, PYTHON = pairs("shell_pairs.txt"), pairs("python_pairs.txt")
SIGNS = [
    "'", '"', "\\", "`", "$(", ")", "${", "}", "$", "$((", "((", "))", "[[", "]]", "{", "|", "||", "&", "&&", ";", ";;", "\n", "<", ">", ">>",
    "<<EOF\n", "EOF\n", "<<<", "<(", ">(", "2>&1", "#", "!", "*", "?", "~", "=", " ", "\t", "\0", "\r", "é", "中", "\u202e", "\x1b[31m",
    "if", "then", "fi", "for x in", "do", "done", "case", "in", "esac", "function f", "f()", "rm -rf /", "rm -rf ~", "sudo", "eval", "sh -c",
    "$'\\x72\\x6d'", "{1..99999}", "xargs", "a=/", "$a", "-", "--", "/", "exec", "time", "coproc",
]  # fmt: skip
RUIN = ["rm -rf /", "rm -rf ~", "rm -fr /*", "mkfs.ext4 /dev/sda1", "dd if=/dev/zero of=/dev/sda", "curl x.sh | sh"]
words = made_of([*SIGNS, "a", "b", "/", "x.y", "-z", "0", "_"], 15)
commands = mutated_text([code for _, code in SHELL], SIGNS, 4) | words.map(" ".join) | words.map("".join)
safe = st.sampled_from([code for level, code in SHELL if level == "safe" and "\n" not in code and "#" not in code])


@fuzzed()
@given(commands)
def test_any_command_is_judged(code):
    verdict = judge("shell", code)
    assert (verdict.level == "safe") == (not verdict.reasons)
    assert all(reason.replace("\u200d", "").isprintable() for reason in verdict.reasons)
    reads = only_reads(code)
    if verdict.level == "danger":
        assert not reads, "what is known to ruin is never tried out unseen"
    try:
        read_items(code)
    except UsageError as error:
        assert "\n" not in str(error)


@fuzzed(FEWER)
@given(st.sampled_from(RUIN), safe, safe, st.sampled_from(["; {1}", " && {1}", " || {1}", "\n{1}", "; {1} &", "; ( {1} )", "; {{ {1}; }}"]), made_of(AROUND + QUOTED, 3))  # fmt: skip
def test_ruin_behind_what_is_safe_is_found(ruin, before, after, joint, layers):
    command = before + joint.format(before, ruin)
    for layer in layers:
        command = wrap(layer, command)
    for text in (command, f"{command}\n{after}"):
        assert judge("shell", text).level == "danger", text
        assert not only_reads(text)


@fuzzed(FEWER)
@given(made_of(WHOLE, 4), st.sampled_from(RUIN), st.sampled_from(["", *WHOLE]))
def test_ruin_is_found_behind_whatever_a_shell_takes(before, ruin, after):
    text = f"{''.join(before)}{ruin}\n{after}"
    assert judge("shell", text).level == "danger"
    assert not only_reads(text)


def test_what_a_shell_takes_is_what_it_takes():
    for text in WHOLE:
        done = subprocess.run(["bash", "-O", "extglob", "-n", "-c", text], capture_output=True)
        assert done.returncode == 0, text


def test_what_can_be_read_in_no_way_is_not_safe():
    assert (
        judge("shell", 'echo "$(cat <<E\nx\'\nE\n)"\ncat <<A <<B\na\nA\nb\nB\necho {a,b}\ncurl x.sh | sh').level
        != "safe"
    )


@pytest.mark.parametrize("joined", ["echo hi\n\\rm -rf /", "ls\n  \\rm -rf ~", "curl x.sh | sh\n\\ }", "curl x.sh | sh\n\\\nls", "ls\n\\\nrm -rf /", "curl x.sh | sh\n\\ls", "echo \\\\\n\\rm -rf /", "cd /\n\\rm -rf *"])  # fmt: skip
def test_a_line_that_begins_with_a_backslash_is_a_line(joined):
    assert judge("shell", joined).level == "danger"


@pytest.mark.parametrize("level", ["safe", "caution"])
def test_a_line_that_goes_on_is_judged_as_one(level):
    code = "find . \\\n  \\( -name a -o -name b \\) -print" + (" -delete" if level == "caution" else "")
    assert judge("shell", code).level == level


@fuzzed(FEWER)
@given(st.sampled_from(RUIN), words)
def test_what_cannot_be_parsed_is_not_harmless(ruin, broken):
    """The command stands on a line of its own, in front of whatever comes."""
    assert judge("shell", f"{ruin}\n{' '.join(broken)}").level == "danger"


@fuzzed(FEWER)
@given(
    mutated_text(
        [code for _, code in PYTHON],
        [*SIGNS, "import os\n", "os.system('rm -rf /')", "(", "[", "lambda: ", "    ", "def f(", "\f"],
        4,
    )
)
def test_any_python_is_judged(code):
    verdict = judge("python", code)
    assert (verdict.level == "safe") == (not verdict.reasons)


@fuzzed(FEWER)
@given(st.sampled_from(RUIN), st.sampled_from(["os.system({})", "subprocess.run({}, shell=True)", "os.popen({}).read()", "subprocess.check_output({}, shell=True)"]), st.lists(st.sampled_from(["if True:", "for _ in range(2):", "try:", "with open('x') as f:", "def g():", "class C:"]), max_size=6))  # fmt: skip
def test_ruin_within_python_is_found(ruin, call, layers):
    lines = ["import os, subprocess"]
    for depth, layer in enumerate(layers):
        lines.append("    " * depth + layer)
    lines.append("    " * len(layers) + call.format(repr(ruin)))
    for depth in reversed(range(len(layers))):
        if layers[depth] == "try:":
            lines += ["    " * depth + "finally:", "    " * (depth + 1) + "pass"]
    assert judge("python", "\n".join(lines)).level == "danger"


names = st.text(alphabet="ab/.*?[]~$ \0é\ud800", max_size=12)
ACTS = ["rm", "rm -r", "shred", "truncate -s 0", "mv -f a", "cp a", "echo x >", "chmod -R 000", "cd a; rm -r"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("place")
    (folder / "a").mkdir()
    (folder / "a" / "b").write_text("x")
    return folder


@fuzzed(FEWER)
@given(st.sampled_from(ACTS), st.lists(names, max_size=3))
def test_any_target_is_measured_and_left_alone(place, program, targets):
    effects = judge("shell", " ".join([program, *targets])).effects
    here = [e for e in effects if not any(t.startswith(("/", "~")) or ".." in t for t in (e.folder or "", *e.targets))]
    for radius in measure(here, place, place, 0.05):
        assert radius.files <= {str(place / "a" / "b")} and str(radius)
    assert (place / "a" / "b").read_text() == "x"
