"""Twenty processes that start at once, where nothing is there yet."""

import pytest

from tests.faults.test_kill import LS, assert_nothing_but_the_model, turns_of

pytestmark = pytest.mark.slow

MANY = 20
VALUES = {
    "lang": "shell", "prompt": "python", "effort": "fast", "dry_run": "false", "max_tokens": "9", "temperature": "1.5",
    "seed": "3", "ctx": "2048", "threads": "2", "timeout": "7.0", "color": "never", "auto_pull": "false",
    "offline": "true", "keep_input": "false", "key": "ctrl-g", "keep_comment": "true", "history": "5", "screen": "true",
    "log": "false", "chat_keys": "vi",
}  # fmt: skip


def test_each_sets_a_setting_of_its_own(home):
    assert len(VALUES) == MANY
    results = home.crowd(*(("config", "set", name, value) for name, value in VALUES.items()))
    assert {(r.code, r.err) for r in results} == {(0, "")}
    for name, value in VALUES.items():
        assert home.must("config", "get", name).out.strip().lower() == value


def test_all_answers_are_kept(home):
    results = home.crowd(*(("--sh", f"question {n}") for n in range(MANY)), answers=[LS])
    assert {(r.code, r.out, r.err) for r in results} == {(0, "ls\n", "")}
    assert sorted(turns_of(home)) == sorted((f"question {n}", "ls\n") for n in range(MANY))


def test_one_primes_for_all(home):
    results = home.crowd(*[("cache", "prime", "shell", "-q")] * MANY)
    assert {r.code for r in results} == {0}
    assert sorted(r.err for r in results) == ["found\n"] * (MANY - 1) + ["made\n"]
    assert home.must("cache", "info").out.split("\n")[1].startswith("1 states")


def test_one_takes_the_model_for_all(home, from_copy):
    results = home.crowd(*[("model", "pull", "--no-prime", "-q", "tiny")] * MANY)
    assert {(r.code, r.err) for r in results} == {(0, "")}
    assert_nothing_but_the_model(home)


def test_who_looks_and_who_clears_meanwhile_is_in_nobodys_way(home):
    home.must("--sh", "before", answers=[LS])
    some = [
        ("--sh", "question"),
        ("log",),
        ("log", "--clear"),
        ("cache", "info"),
        ("cache", "prime", "shell", "-q"),
        ("cache", "clear", "-y"),
        ("config", "set", "threads", "2"),
        ("config", "list"),
        ("prompt", "list"),
    ]
    results = home.crowd(*(some[n % len(some)] for n in range(2 * len(some))), answers=[LS])
    assert [r for r in results if r.code] == []
