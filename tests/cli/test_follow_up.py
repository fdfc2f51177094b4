"""A question behind another one, from the shell: what the model is told, what the log gets."""

import json

import pytest

from shellmate.session.log import SessionLog
from shellmate.session.turn import Turn

LS = ["```bash\n", "ls -l", "\n```"]
SORTED = ["```bash\n", "ls -lS", "\n```"]
LOOP = ["```python\n", "for i in range(3):\n", "    print(i)", "\n```"]
PROSE = ["It lists ", "the files."]
CSV = b"name,price\nbolt,1.5\n"


@pytest.fixture
def logged(tmp_path):
    """The turns in the log, oldest first."""

    def read():
        if not SessionLog.is_in(tmp_path / "state"):
            return []
        log = SessionLog(tmp_path / "state", pytest.fail)
        try:
            return [turn for _, turn in reversed(log.recent(0))]
        finally:
            log.close()

    return read


def asked(result):
    """The last prompt, and what its turns say."""
    prompt = result.engine.asked[-1][0]
    return prompt, [message.content for message in prompt.turns]


def test_c_goes_on_behind_the_last_answer(shellmate, logged):
    first = shellmate("list files", answers=[LS])
    assert asked(first)[1] == []
    second = shellmate("-c", "now sort by size", answers=[SORTED])
    prompt, turns = asked(second)
    assert (second.code, second.out, second.err) == (0, "ls -lS\n", "")
    assert (prompt.suffix, turns) == ("Change the code above: now sort by size", ["list files", "".join(LS)])
    assert prompt.prefix == asked(first)[0].prefix
    assert [noted[1] for noted in second.engine.noted] == ["".join(SORTED)]
    third = shellmate("-c", "only the first ten", answers=[LS])
    assert asked(third)[1][2:] == [prompt.suffix, "".join(SORTED)]
    assert [turn.words for turn in logged()] == ["list files", "now sort by size", "only the first ten"]
    assert asked(shellmate("list files", answers=[LS]))[1] == []


def test_a_named_session_begins_and_goes_on(shellmate, logged):
    assert shellmate("--session", "work", "list files", answers=[LS]).code == 0
    shellmate("loop three times", answers=[LOOP])
    assert asked(shellmate("--session", "work", "now sort by size", answers=[SORTED]))[1] == ["list files", "".join(LS)]
    assert len(asked(shellmate("-c", "only the first ten", answers=[LS]))[1]) == 4
    assert len(asked(shellmate("-c", "--session", "1", "backwards", answers=[SORTED]))[1]) == 6
    assert shellmate("log", "--session", "work", "--json").out.count("\n") == 4


@pytest.mark.parametrize("args, error", [
    (("-c",), "nothing was asked in this terminal yet"),
    (("-c", "--session", "play"), "there is no session 'play' to continue"),
    (("--session", "12"), "there is no session 12, and none can be called so"),
])  # fmt: skip
def test_where_there_is_nothing_to_go_on_with(shellmate, logged, args, error):
    result = shellmate(*args, "now sort by size", answers=[SORTED])
    assert result.code == 2 and error in result.err and result.engine.asked == [] and result.engine.closed
    assert logged() == []


@pytest.mark.parametrize("args", [("-c",), ("--session", "work")])
def test_without_the_log_there_is_nothing_to_go_on_with(shellmate, tmp_path, args):
    assert shellmate("list files", answers=[LS], SHELLMATE_LOG="0").code == 0
    result = shellmate(*args, "now sort by size", answers=[SORTED], SHELLMATE_LOG="0")
    assert result.code == 2 and "nothing is kept, since the setting log is off" in result.err
    assert not (tmp_path / "state").exists()


def test_a_damaged_log_is_set_aside_and_said(shellmate, tmp_path):
    shellmate("list files", answers=[LS])
    (tmp_path / "state" / "sessions.db").write_bytes(b"no database at all" * 100)
    result = shellmate("-c", "now sort by size", answers=[SORTED])
    assert result.code == 2 and "was damaged" in result.err and "nothing was asked" in result.err
    (tmp_path / "state" / "sessions.db").write_bytes(b"no database at all" * 100)
    result = shellmate("list files", answers=[LS])
    assert (result.code, result.out) == (0, "ls -l\n") and "was damaged" in result.err


def test_a_log_that_cannot_be_written_does_not_keep_an_answer_back(shellmate, tmp_path):
    (tmp_path / "state").write_text("a file")
    result = shellmate("list files", answers=[LS])
    assert (result.code, result.out) == (0, "ls -l\n")
    assert "the answer is not kept" in result.err and len(result.err.splitlines()) == 1


def test_prose_beside_the_conversation_is_no_turn_of_it(shellmate, logged):
    shellmate("list files", answers=[LS])
    why = shellmate("-c", "why so short", answers=[PROSE])
    prompt, turns = asked(why)
    assert (why.out, prompt.openings, turns) == ("It lists the files.\n", (), []) and "ls -l" in prompt.suffix
    assert why.engine.noted == []
    assert asked(shellmate("-c", "now sort by size", answers=[SORTED]))[1] == ["list files", "".join(LS)]
    assert [turn.beside for turn in logged()] == [False, True, False]


def test_prose_that_stands_alone_is_gone_on_with(shellmate):
    shellmate("why is it so", stdin=b"Traceback (most recent call last):\nValueError: x\n", answers=[PROSE])
    prompt, turns = asked(shellmate("-c", "and how is it mended", answers=[PROSE]))
    assert turns[1] == "It lists the files." and prompt.name == "about" and prompt.openings == ()


def test_another_language_changes_the_fence(shellmate):
    shellmate("list files", answers=[LS])
    prompt, turns = asked(shellmate("-c", "the same in python", answers=[LOOP]))
    assert prompt.openings == ("```python\n",) and len(turns) == 2
    prompt, _ = asked(shellmate("-c", "--sh", "the same", answers=[LS]))
    assert prompt.openings == ("```bash\n",)


def test_what_is_piped_in_comes_with_the_question(shellmate, logged):
    shellmate("list files", answers=[LS])
    prompt, turns = asked(shellmate("-c", "a script that does it for these", stdin=CSV, answers=[LOOP]))
    assert "bolt,1.5" in prompt.context and len(turns) == 2
    assert "bolt,1.5" in logged()[-1].context


def test_what_is_piped_in_stays_out_of_the_log_where_it_is_not_to_be_kept(shellmate, logged, tmp_path):
    shellmate("a script for it", stdin=CSV, answers=[LOOP], SHELLMATE_KEEP_INPUT="0")
    assert [turn.message for turn in logged()] == ["a script for it"] and logged()[0].query == ""
    assert all(b"bolt" not in file.read_bytes() for file in (tmp_path / "state").iterdir())


def test_json_and_alternatives_are_turns(shellmate, logged):
    shellmate("list files", answers=[LS])
    result = shellmate("-c", "--json", "now sort by size", answers=[SORTED])
    assert json.loads(result.out)["code"] == "ls -lS\n" and result.err == ""
    result = shellmate("-c", "-n", "3", "only the first ten", answers=[LS, SORTED, LOOP])
    assert len(asked(result)[1]) == 4 and result.out.startswith("ls -l\n")
    assert [turn.code for turn in logged()][-1] == "ls -l\n"
    assert result.engine.noted[0][1] == "".join(LS)
    assert len(asked(shellmate("-c", "backwards", answers=[SORTED]))[1]) == 6


@pytest.mark.parametrize("answers, code", [
    ([["```bash\n", "ls", KeyboardInterrupt()]], 130),
    ([["```bash\n", "if (((", "\n```"]] * 3, 4),
    ([["```bash\n", RuntimeError("broken")]], 1),
])  # fmt: skip
def test_what_is_not_answered_is_not_logged(shellmate, logged, answers, code):
    shellmate("list files", answers=[LS])
    result = shellmate("-c", "now sort by size", answers=answers)
    assert result.code == code and result.engine.noted == [] and result.engine.closed
    assert [turn.words for turn in logged()] == ["list files"]
    assert asked(shellmate("-c", "only the first ten", answers=[LS]))[1] == ["list files", "".join(LS)]


def test_the_very_code_that_was_there_is_no_answer_to_a_change(shellmate):
    shellmate("list files", answers=[LS])
    result = shellmate("-c", "now sort by size", answers=[["```bash\n", "ls", " -l", "\n```"], [" -lS", "\n```"]])
    assert (result.out, len(result.engine.asked)) == ("ls -lS\n", 2)


def test_the_setting_bounds_the_log(shellmate, logged, tmp_path):
    old = SessionLog(tmp_path / "state", pytest.fail)
    for n in range(30):
        old.begin("1/1/1/elsewhere", "", Turn(f"old {n}", "x", "x" * 100_000, "shell", "ls\n", at=1e9 + n))
    old.close()
    assert shellmate("list files", answers=[LS]).code == 0
    assert len(logged()) == 31
    result = shellmate("list files", answers=[LS], SHELLMATE_LOG_SIZE="1")
    assert (result.code, result.err) == (0, "")
    words = [turn.words for turn in logged()]
    assert words[-3:] == ["old 29", "list files", "list files"] and 5 < len(words) < 12
    assert asked(shellmate("-c", "now sort by size", answers=[SORTED], SHELLMATE_LOG_SIZE="1"))[1][0] == "list files"
    assert shellmate("x", SHELLMATE_LOG_SIZE="0").code == 2
