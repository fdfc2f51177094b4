"""Commands written for bash: fish gets what does there what they do in bash, and what bash does with the rest."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shellmate.answer.check import check_syntax
from shellmate.answer.fish import spell_for_fish, suits_fish
from tests.programs import need

AS_THEY_ARE = [
    "find . -name '*.txt' -exec wc -l {} + | sort -n",
    "awk '{ print $2 }' b.txt | tr '\\n' ' '",
    "echo \"today $(echo 'it is')\" && echo two || echo three",
    "A=b env | grep '^A='",
    "echo x.{jpg,png} {{.Names}} @{u} 2>&1 # a comment",
    "echo it\\'s 'it'\\''s'",
    "export N=4; echo $N; [ -f a.txt ] && echo there",
    'printf "%s\\t%s\\n" $HOME "$LC_ALL"',
    "sed 's/b/c/' b.txt",
    "ls -x *.txt",
]
IN_OTHER_WORDS = {
    "false; echo $?": "false; echo $status",
    "false; echo \"it is '$?'\"": "false; echo \"it is '$status'\"",
    "echo '$?'; false; echo $?": "echo '$?'; false; echo $status",
    "n=3; echo $n": "set n 3; echo $n",
    'unset HOME; echo "x$HOME"': 'set -e HOME; echo "x$HOME"',
    "n=; echo x$n": "set n ''; echo x$n",
    "find . -name *.none -o -name b.*": "find . -name '*.none' -o -name 'b.*'",
    "grep -r --include=*.none --exclude=b* a . ; echo $?": "grep -r --include='*.none' --exclude='b*' a . ; echo $status",
    "echo host:*.txt": "echo host:'*.txt'",
    "ls nothing |& wc -l": "ls nothing &| wc -l",
}
BY_BASH = [
    'for f in *.txt; do echo "${f%.txt}"; done',
    "while read -r line; do echo \"$line\"; done < b.txt",
    "if [[ -f a.txt ]]; then echo yes; fi",
    "[[ -f a.txt ]] && echo yes",
    "[ a == a ] && echo same",
    "cat <<E\nit's $((40 + 2)) \\\\\nE",
    "cat <<< 'a \\ b'",
    "echo {1..5} $((1 + 2)) `echo back` ${HOME:-none}",
    "diff <(echo a) <(echo b)",
    "echo 'a\\\\b' | sed 's/\\\\/x/'",
    "echo \\n \\t a\\\nb",
    "echo a\\`b \"a\\`b\"",
    "grep b$ b.txt",
    "true; echo $?x",
    "echo {1..2}\\",
    "n='a b' m=$(echo c); echo $n $m",
    "a=(x y z); echo ${a[1]}",
    "a=x; a+=y; echo $a",
    "read -p '? ' n < b.txt; echo $n",
    "read -t 5 n < b.txt; echo $n",
    "printf '%q\\n' 'a b'",
    "declare -i n=3; let n+=1; echo $n",
    "printf -v n %03d 7; echo $n",
    "f() { echo \"$1 $# $@\"; }; f a b",
    "set -- a b; echo $1 $2",
    "set -euo pipefail; echo on",
    "{ echo a; echo b; } | wc -l",
    "(cd /; pwd)",
    "echo [ab].txt",
    "until true; do :; done; echo $PIPESTATUS",
    "echo $(echo {1..3})",
    "case a in a) echo it;; esac",
]  # fmt: skip


@pytest.fixture
def run(tmp_path):
    (tmp_path / "a.txt").write_text("a\n")
    (tmp_path / "b.txt").write_text("b b\nc\n")
    options = {"bash": ["--norc", "--noprofile"], "fish": ["--no-config"]}

    def run_in(shell: str, code: str) -> str:
        command = [need(shell), *options[shell], "-c", code]
        variables = {"PATH": "/usr/bin:/bin", "HOME": "/home/me", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=20)
        return done.stdout

    return run_in


@pytest.mark.parametrize("code", AS_THEY_ARE)
def test_what_fish_takes_for_the_same_stays_as_it_is(run, code):
    assert spell_for_fish(code) == code
    assert run("fish", code) == run("bash", code) != ""


@pytest.mark.parametrize("code", [*IN_OTHER_WORDS, *BY_BASH])
def test_what_fish_takes_otherwise_does_there_what_it_does_in_bash(run, code):
    spelled = spell_for_fish(code)
    assert spelled != code
    assert run("fish", spelled) == run("bash", code) != ""


def test_what_has_another_name_in_fish_gets_it():
    need("fish")
    assert {code: spell_for_fish(code) for code in IN_OTHER_WORDS} == IN_OTHER_WORDS


@pytest.mark.parametrize("code", BY_BASH)
def test_the_rest_says_that_bash_runs_it(code):
    need("fish")
    assert spell_for_fish(code).startswith("bash -c '")
    assert check_syntax("shell", spell_for_fish(code), "fish").valid and not suits_fish(code)


@pytest.mark.parametrize("code", ["for f in *\n    echo $f\nend", "if test -f x; ls; end", "echo (date)", 'echo "open'])
def test_what_bash_cannot_parse_is_left_as_it_is(code):
    need("fish")
    assert spell_for_fish(code) == code


@settings(deadline=None, max_examples=60)
@given(st.text(st.sampled_from("'\"\\$`;|&(){}[]!#~*? \nab\t中🙂"), max_size=30))
def test_whatever_bash_can_parse_fish_can_when_it_is_spelled_for_it(code):
    if check_syntax("shell", code, "bash").valid:
        assert check_syntax("shell", spell_for_fish(code), "fish").valid
