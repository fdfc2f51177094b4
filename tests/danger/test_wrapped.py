"""Whatever is put around a command, it is judged no better; and nothing is too long, too deep or too odd to be judged."""

import shlex

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shellmate.answer.danger import judge
from shellmate.answer.judging.tables import table
from tests.danger.pairs import pairs
from tests.danger.tangled import ENDLESS, HIDING

pytestmark = pytest.mark.slow

LEVELS = ("safe", "caution", "danger")
COMMANDS = [command for _, command in pairs("shell_pairs.txt")]
AROUND = [
    "( {} )", "{{ {}\n}}", "true && {}", "false || {}", "x=$( {} )", "echo $( {} )", "while true; do {}\ndone",
    "until false; do {}\ndone", "if true; then {}\nfi", "if {}\nthen ls; fi", "for i in 1 2; do {}\ndone",
    "f() {{ {}\n}}; f", "function g {{ {}\n}}; g", "case a in a) {}\n;; esac", "ls; {}", "{}\nls", "diff <( {} ) b",
    'echo "$( {} )"', "[[ -n $( {} ) ]]", "cat > >( {} )", "{}\n# the end\n",
]  # fmt: skip
QUOTED = [
    "bash -c {}", "sh -ec {}", "eval {}", "sudo sh -c {}", "su -c {}", "ssh host {}", "watch -n 1 {}", "env -S {}",
    "nohup bash -c {} &", "timeout 5 zsh -c {}", "nice -n 5 sh -c {}", "flock lock sh -c {}", "chroot /mnt sh -c {}",
    "strace -o log sh -c {}", "trap {} EXIT", "bash <<< {}", "printf %s {} | sh", "xargs -n 1 sh -c {}",
    "find . -exec sh -c {} \\;", "docker exec web sh -c {}", "x={}; eval \"$x\"", "echo {} > x.sh; sh x.sh",
    "su - root -c {}", "tmux new -d {}", "setsid dash -c {}", "alias a={}; a", "su - <<< {}", "sudo -s <<< {}",
    "ssh host <<< {}", "npx -c {}", "echo {} | tee x.sh; mv x.sh y; sh y", "bash -euo pipefail -c {}",
]  # fmt: skip
SIMPLE = [
    "rm -rf /",
    "rm -rf build",
    "git push --force",
    "dd if=x of=/dev/sda",
    "kubectl delete ns prod",
    "mkfs /dev/sda1",
]
BEFORE = [
    "sudo", "sudo -u root", "env A=1", "nice -n 5", "nohup", "timeout -k 1 5", "strace -o log", "setsid", "flock -w 5 lock",
    "chroot /mnt", "stdbuf -oL", "ionice -c 3", "time", "command", "exec", "builtin command", "busybox", "doas", "xargs -n 1",
    "find . -exec", "taskset 1", "unshare -n", "systemd-run", "watch", "ssh host", "setsid -w", "chrt -f 1", "perf stat", "repeat 2", "ip netns exec x", "xvfb-run -a", "A=1", "!", "coproc", "noglob", "eval",
]  # fmt: skip


def wrap(around: str, command: str) -> str:
    return around.format(shlex.quote(command) if around in QUOTED else command)


def rank(command: str) -> int:
    return LEVELS.index(judge("shell", command).level)


@given(st.sampled_from(COMMANDS), st.lists(st.sampled_from(AROUND + QUOTED), min_size=1, max_size=4))
@settings(max_examples=400, deadline=None, derandomize=True)
def test_what_is_around_it_makes_it_no_better(command, layers):
    before = rank(command)
    for layer in layers:
        command = wrap(layer, command)
        after = rank(command)
        assert after >= before, command
        before = after


def test_a_function_is_judged_by_what_it_is_given():
    assert judge("shell", 'f() { "$@"; }; f ls').level == "safe"
    assert judge("shell", 'f() { "$@"; }; f rm -rf /').level == "danger"
    assert judge("shell", 'f() { "$@"; }').level == "caution"
    assert judge("shell", "f() { g() { rm -rf /; }; }").level == "danger"


@given(st.sampled_from(SIMPLE), st.lists(st.sampled_from(BEFORE), min_size=1, max_size=5))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_what_stands_in_front_of_it_makes_it_no_better(command, before):
    assert rank(" ".join([*before, command])) >= rank(command)


@given(
    st.text(max_size=300)
    | st.text(alphabet="rm -f/*'\"$(){}[]`\\|&;<>~=!#\n\0é\ud800\ue000 abEOF12", max_size=300)
    | st.lists(
        st.sampled_from([*COMMANDS, "'", '"', "$(", ")", "${", "}", "<<EOF\n", "`", "((", "))", ";;", "\\"])
    ).map(" ".join),
    st.sampled_from(["shell", "python", "text"]),
)
@settings(max_examples=200, deadline=None)
@example("${x:-${x:-${x}}}", "shell")
@example("x=$x$x; " * 30, "shell")
def test_nothing_raises(code, language):
    judge(language, code)


def test_no_program_is_judged_wrongly_for_want_of_arguments():
    names = {name for kind in table("programs").values() for name in (kind if isinstance(kind, dict) else kind.split())}
    names |= {name for row in table("wrappers")["wrapper"] + table("rules")["rule"] for name in row["programs"].split()}
    assert len(names) > 700
    for name in [
        *names,
        "find",
        "fd",
        "cd",
        "set",
        "read",
        "shift",
        "hash",
        "mount",
        "cp",
        "qemu-img",
        "ed",
        "7z",
        "kill",
    ]:
        for arguments in ("", " -", " --", " -x", " -o", " ''", " /", " $x", " < f", " | sh", " <<< x", " -c", " -e x"):
            judge("shell", name + arguments)


@pytest.mark.parametrize("text", HIDING, ids=lambda text: text[:20])
def test_length_and_depth_hide_nothing(text):
    assert judge("shell", text).level == "danger"


@pytest.mark.parametrize("text", ENDLESS, ids=lambda text: text[:20])
def test_what_goes_on_without_end_is_left_in_time(text):
    judge("shell", text)
