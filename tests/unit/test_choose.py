"""Which command of several is chosen, and what for."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shellmate.answer.choosing.choose import FEATURES, distinct_choices, own_weights, rank
from shellmate.answer.choosing.literals import invented_words, literals_of, missing_literals
from shellmate.answer.choosing.meaning import meaning_of
from shellmate.answer.choosing.wants import count_unasked, count_unmet
from shellmate.engine.engine import Candidate
from shellmate.prompt.library import own_prompts


def candidates(*codes: str) -> list[Candidate]:
    return [Candidate(f"```bash\n{code}\n```", -1.0 - 0.1 * n, 5) for n, code in enumerate(codes)]


def ranked(words: str, *codes: str) -> list[str]:
    return [c.text.removeprefix("```bash\n").removesuffix("\n```") for c in rank(words, candidates(*codes))]


@pytest.mark.parametrize(
    "words, wrong, right",
    [
        ("how many files are in /etc", "ls /etc", "ls /etc | wc -l"),
        ("lines of todo.txt with error, ignoring case", "grep error todo.txt", "grep -i error todo.txt"),
        ("list python files, not in subdirectories", "find . -name '*.py'", "find . -maxdepth 1 -name '*.py'"),
        ("files changed in the last 3 hours", "find . -type f -mtime -3", "find . -type f -mmin -180"),
        ("the 5 largest files in logs", "find logs -type f", "ls -S logs | head -n 5"),
        ("show names.txt sorted in descending order", "sort names.txt", "sort -r names.txt"),
        ("delete empty files in tmp", "find tmp -type f -empty", "find tmp -type f -empty -delete"),
        ("print the first column of a.csv", "rm a.csv", "cut -d, -f1 a.csv"),
        ("count lines in report.txt", "wc -l file.txt", "wc -l report.txt"),
        ("find files larger than 20M", "find . -size +100M", "find . -size +20M"),
        ("words in notes.md", "wc -w notes.md > count.txt", "wc -w notes.md"),
        ("replace foo with bar in x.conf", "grep foo x.conf", "sed -i 's/foo/bar/g' x.conf"),
        ("save the listing of src to out.txt", "ls src", "ls src > out.txt"),
        ("统计 access.log 的行数", "cat access.log", "wc -l access.log"),
        ("lines 10 to 20 of main.c", "awk '{ print $10, $20 }' main.c", "sed -n '10,20p' main.c"),
        ("the five biggest files here", "find / -type f -size +1M | sort | head -n 5", "ls -S . | head -n 5"),
        ("disk usage of each folder in /srv", "ls -l /srv", "du -sh /srv/*"),
    ],
)
def test_what_does_what_is_asked_comes_first(words, wrong, right):
    assert ranked(words, wrong, right)[0] == right


def test_of_what_is_all_right_the_likeliest_comes_first():
    assert ranked("list the files", "ls", "ls -1", "ls -a") == ["ls", "ls -1", "ls -a"]


def test_another_one_has_to_be_better_than_that_which_would_be_given_alone():
    def best(behind: float) -> str:
        own = Candidate("```bash\nls -1\n```", -1.0 - behind, first=True)
        return rank("list the files", [own, Candidate("```bash\nls -a\n```", -1.0)])[0].text

    assert "-1" in best(behind=0.5)
    assert "-a" in best(behind=4.0)


def test_what_does_not_parse_is_left_out():
    assert ranked("say hello", "echo 'hello", "echo hello") == ["echo hello"]
    assert ranked("say hello", "echo 'hello", "if then") == []
    assert rank("say hello", []) == []


def test_the_hopeless_are_left_out():
    few = [Candidate("```bash\nls\n```", -1.0), Candidate("```bash\nls -a\n```", -29.0)]
    assert [c.logprob for c in rank("list the files", few)] == [-1.0]


def test_what_means_the_same_is_one_choice_as_likely_as_both():
    same = candidates("ls -la 'a.txt'", 'ls  -la "a.txt"', "ls -al b.txt")
    choices = distinct_choices("a.txt", same)
    assert [c.code for c in choices] == ["ls -la 'a.txt'", "ls -al b.txt"]
    assert -1.0 < choices[0].candidate.logprob < 0


def test_together_they_are_no_more_than_certain():
    sure = [Candidate("```bash\nls\n```", -0.05), Candidate("```bash\nls \n```", -0.05)]
    assert distinct_choices("x", sure)[0].candidate.logprob == 0.0


def test_there_is_a_weight_for_each_feature_and_none_too_many():
    assert set(own_weights()) == set(FEATURES)
    assert own_weights()["logprob"] > 0
    assert all(weight <= 0 for name, weight in own_weights().items() if name not in ("logprob", "first"))


# Meaning


@pytest.mark.parametrize(
    "one, other",
    [
        ("ls -la", "ls -l -a"),
        ("echo 'a b'", 'echo "a b"'),
        ("grep foo x;", "grep foo x"),
        ("ls  # all", "ls"),
        ("sort a>b", "sort a > b"),
    ],
)
def test_the_same_in_other_words_means_the_same(one, other):
    assert meaning_of(one) == meaning_of(other)


@pytest.mark.parametrize(
    "one, other",
    [
        ("find . -name *.c", "find . -name '*.c'"),
        ("echo '$HOME'", 'echo "$HOME"'),
        ("ls > a", "ls >> a"),
        ("a | b", "a && b"),
        ("rm a b", "rm 'a b'"),
    ],
)
def test_other_things_mean_something_else(one, other):
    assert meaning_of(one) != meaning_of(other)


# Literals


def test_literals_are_paths_names_quoted_words_and_numbers():
    words = "copy '*.log' and \"my file\" from /var/log to ~/old, 3 days, see notes.txt and https://a.b/c"
    assert set(literals_of(words)) >= {"*.log", "my file", "/var/log", "~/old", "3", "notes.txt", "https://a.b/c"}


def test_numbers_in_words_are_literals_too():
    assert missing_literals("the ten largest files", "ls -S | head -n 10") == []
    assert missing_literals("the ten largest files", "ls -S | head -n 5") == ["10"]


def test_nobody_asks_for_a_size_by_asking_for_the_biggest():
    command = "find src -type f -size +10M -printf '%s %p\\n' | sort -nr | head -n 5"
    assert count_unasked("the five biggest files under src", command) == 1
    assert count_unasked("最大的五个文件", command) == 1
    assert count_unasked("the five biggest files over 10MB under src", command) == 0
    assert count_unasked("large files under src", command.partition(" |")[0]) == 0


def test_a_folder_is_invented_where_the_question_names_something_in_it():
    words = "delete empty directories below /tmp/x"
    assert invented_words(words, "find /tmp -type d -empty -delete") == ["/tmp"]
    assert invented_words(words, "rm -rf /") == ["/"]
    assert invented_words(words, "find /tmp/x -type d -empty -delete") == []
    assert invented_words(words, "cd /tmp && find x -type d -empty -delete") == []
    assert invented_words(words, "sed -i '' s/a/b/ notes") == []
    assert invented_words("pack /srv/app/", "tar cz -C /srv app") == []


def test_invented_names_are_found():
    assert invented_words("count lines of report.txt", "wc -l example.txt") == ["example.txt"]
    assert invented_words("list logs in /var/log/app", "ls /path/to/logs")
    assert invented_words("count lines of report.txt", "wc -l report.txt") == []
    assert invented_words("users on this machine", "cut -d: -f1 /etc/passwd") == []


# On the worked examples, whose commands do what is asked


def worked_examples() -> list[tuple[str, str]]:
    files = [*(own_prompts() / "kinds").glob("*.toml")]
    data = [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]
    return [(e["ask"], e["answer"]) for kind in data for e in kind["examples"]]


@pytest.mark.parametrize("fault", [count_unmet, count_unasked, missing_literals, invented_words])
def test_what_is_right_is_seldom_blamed(fault):
    examples = worked_examples()
    blamed = [(words, code) for words, code in examples if fault(words, code)]
    assert len(blamed) <= 0.06 * len(examples), blamed


@given(st.text(max_size=60), st.text(alphabet="ls gre|>'\"$(){}`\\-.*/a1\n\0é\ud800", max_size=60))
def test_nothing_raises(words, code):
    rank(words, candidates(code, f"echo {code}"))
    literals_of(words), meaning_of(code), missing_literals(words, code), invented_words(words, code)
