"""The chat on a terminal: what each slash command shows, what the model is asked after it, what is kept."""

import base64
import os
import stat

import pytest

from tests.repl.chat import LOOP, LS, PROSE, SORTED, command_of, logged_in, shell, write_answers

pytestmark = pytest.mark.slow

CODE = b"ls -l\n"
CSV = "name,price\nbolt,1.5\nnut,2.5\n"
READS = ["```python\n", "import sys\n", "print(len(sys.stdin.read()))", "\n```"]


def test_a_turn_knows_the_ones_before_it(chat):
    terminal = chat(LS, SORTED)
    terminal.say("list files")
    terminal.say("now sort by size")
    assert "» list files\nls -l\n» now sort by size\nls -lS\n»" in terminal.text()
    first, second = terminal.asked()
    assert (first["words"], first["turns"], first["openings"]) == ("list files", [], ["```bash\n", "```python\n"])
    assert second["turns"] == ["list files", "".join(LS)]
    assert second["words"] == "Change the code above: now sort by size" and second["openings"] == ["```bash\nls"]
    assert [(note["words"], note["turns"]) for note in terminal.noted()] == [(first["words"], 0), (second["words"], 2)]
    assert terminal.logged() == ["list files", "now sort by size"]
    terminal.wait(lambda: "qwen2.5-coder-0.5b · auto · context 1.1k of 4.0k" in terminal.text(), "the toolbar is there")
    terminal.send("\x04")
    assert terminal.ends() == 0


def test_without_words_a_terminal_gets_the_chat_and_quit_leaves_it(chat, tmp_path):
    terminal = chat(command="exec " + command_of(tmp_path, "-q"))
    terminal.say("/nosuch")
    terminal.say("/s")
    terminal.say("/run now")
    terminal.say("!")
    terminal.say("/")
    for error in (
        "no command /nosuch",
        "/save, /sessions or /stats",
        "/run stands alone",
        "behind the !",
        "behind the /",
    ):
        assert error in terminal.text()
    terminal.send("/quit\r")
    assert terminal.ends() == 0
    assert not (terminal.place / "state" / "sessions.db").exists()


def test_a_command_that_needs_code_says_that_there_is_none(chat):
    terminal = chat(PROSE)
    for command in ("/run", "/copy", "/save a.sh", "/explain", "/diff", "/undo", "/retry", "/stats", "/resume", "/why"):
        terminal.say(command)
    for error, count in (("there is no code yet", 4), ("no earlier code", 1), ("nothing to take back", 1)):
        assert terminal.text().count(error) == count
    for error, count in (("nothing was asked yet", 2), ("there is no other session", 1), ("no command was run yet", 1)):
        assert terminal.text().count(error) == count
    terminal.say("/resume 99")
    terminal.say("/resume " + "9" * 60)
    assert terminal.text().count("there is no session") == 2 and "internal" not in terminal.text()
    assert terminal.asked() == []


def test_run_shows_the_code_and_asks_with_one_key(chat):
    terminal = chat(shell("echo ran; exit 3"))
    terminal.say("do it")
    terminal.send("/run\r")
    terminal.shows("run it? [y/e/c/x/a/N]")
    assert terminal.text().count("echo ran; exit 3") == 2
    terminal.send("n")
    terminal.comes_back()
    assert "[y/e/c/x/a/N] n\nnot run" in terminal.text()
    terminal.send("/run\r")
    terminal.wait(lambda: terminal.text().count("[y/e/c/x/a/N]") == 2, "it asks again")
    terminal.send("y")
    terminal.comes_back()
    assert "[y/e/c/x/a/N] y\nran\nthe snippet ended with exit status 3" in terminal.text()
    terminal.send("/run\r")
    terminal.wait(lambda: terminal.text().count("[y/e/c/x/a/N]") == 3, "it asks again")
    terminal.send("\x1b[A")  # a key of three bytes
    terminal.comes_back()
    terminal.settle()
    assert terminal.line() == "»"
    assert len(terminal.asked()) == 1


def test_run_explains_and_asks_for_another_answer_as_the_option_does(chat):
    terminal = chat(shell("rm -rf one"), shell("rm -rf two"), shell("rm -rf two"), shell("echo 3"))
    terminal.say("delete it")
    terminal.send("/run\r")
    terminal.shows("run it? [y/e/c/x/a/N]")
    terminal.send("x")
    terminal.wait(lambda: terminal.text().count("run it?") == 2, "it asks again")
    assert any(line.startswith("-rf") or line.startswith("rm ") for line in terminal.text().splitlines())
    terminal.send("a")
    terminal.wait(lambda: terminal.text().count("run it?") == 3, "it asks about another one")
    assert terminal.text().count("it deletes two and all in it") == 1
    terminal.send("a")
    terminal.wait(lambda: terminal.text().count("run it?") == 4, "it asks about the third")
    terminal.send("y")
    terminal.comes_back()
    assert "\n3\n" in terminal.text()
    assert [note["answer"] for note in terminal.noted()][-1] == "".join(shell("echo 3"))
    assert terminal.logged() == ["delete it"]


def test_only_commands_have_parts_and_only_the_last_question_another_answer(chat):
    terminal = chat(LOOP, ["It is so."])
    terminal.say("loop in python")
    terminal.send("/run\r")
    terminal.shows("run it? [y/e/c/a/N]")
    terminal.send("n")
    terminal.comes_back()
    terminal.say("why is that?")
    terminal.send("/run\r")
    terminal.shows("run it? [y/e/c/N]")


def test_ctrl_c_at_the_question_runs_nothing(chat, tmp_path):
    (tmp_path / "a.sh").write_text("mine\n")
    terminal = chat(shell("touch ran"))
    terminal.say("do it")
    for command, question, result in (("/run", "run it?", "not run"), ("/save a.sh", "replace it?", "left as it was")):
        terminal.send(f"{command}\r")
        terminal.shows(question)
        terminal.send("\x03")
        terminal.comes_back()
        assert result in terminal.text()
    assert "cut" not in terminal.text() and not (tmp_path / "ran").exists()


def test_what_is_dangerous_is_refused_without_asking(chat):
    terminal = chat(shell("rm -rf /"))
    terminal.say("clean up")
    terminal.say("/run")
    assert "not run: it " in terminal.text() and "run it?" not in terminal.text()


def test_a_snippet_that_leaves_the_terminal_changed_does_no_harm(chat):
    terminal = chat(shell("stty raw -echo; kill -9 $$"), LS)
    terminal.say("break it")
    terminal.send("/run\r")
    terminal.shows("[y/e/c/x/a/N]")
    terminal.send("y")
    terminal.comes_back()
    terminal.send("!stty -a < /dev/tty | tr ';' '\\n' | grep -w isig\r")
    terminal.comes_back()
    assert "was ended by signal 9" in terminal.text()
    terminal.say("list files")
    assert "» list files\nls -l\n»" in terminal.text()


def test_a_loaded_file_is_told_and_handed_to_the_snippet(chat, tmp_path):
    (tmp_path / "sales.csv").write_text(CSV)
    terminal = chat(READS, READS, LS)
    terminal.say("/load sales.csv")
    assert "sales.csv: CSV" in terminal.text()
    terminal.shows("auto · about sales.csv")
    terminal.say("a script that tells how long it is")
    assert "bolt,1.5" in terminal.asked()[0]["context"]
    terminal.send("/run\r")
    terminal.shows("[y/e/c/a/N]")
    terminal.send("y")
    terminal.comes_back()
    assert f"\n{len(CSV)}\n" in terminal.text()
    (tmp_path / "sales.csv").unlink()
    terminal.say("/run")
    assert "sales.csv: no such file" in terminal.text()
    terminal.say("list all the files in the folder /tmp by name")
    terminal.say("/undo")
    terminal.say("/run")
    assert terminal.text().count("sales.csv: no such file") == 2 and "internal" not in terminal.text()


def test_another_answer_is_about_the_same_file(chat, tmp_path):
    (tmp_path / "sales.csv").write_text(CSV)
    terminal = chat(READS, LOOP)
    terminal.say("/load sales.csv")
    terminal.say("a script that tells how long it is")
    terminal.say("/retry")
    first, second = terminal.asked()
    assert first["context"] == second["context"] and first["name"] == second["name"]


@pytest.mark.parametrize("name, error", [
    ("missing.csv", "cannot read missing.csv: no such file"),
    ("folder", "folder is not a file"),
    ("pipe", "pipe is not a file"),
    ("/dev/zero", "/dev/zero is not a file"),
    ("binary", "binary data"),
    ("empty", "empty is empty"),
    ("", "needs a name"),
])  # fmt: skip
def test_what_cannot_be_loaded_is_said_at_once(pipe_chat, tmp_path, name, error):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "binary").write_bytes(b"a\0b" * 100)
    (tmp_path / "empty").touch()
    done = pipe_chat(f"/load {name}\n")
    assert error in done.stderr and done.returncode == 1
    assert "stdin" not in done.stderr and len(done.stderr.splitlines()) == 2


def test_save_writes_the_code_and_asks_before_it_replaces(chat, tmp_path):
    os.umask(0o022)
    terminal = chat(LS, SORTED)
    terminal.say("list files")
    terminal.say("/save my list.sh")
    assert (tmp_path / "my list.sh").read_text() == "ls -l\n"
    assert stat.S_IMODE((tmp_path / "my list.sh").stat().st_mode) == 0o644
    terminal.say("now sort by size")
    (tmp_path / "my list.sh").chmod(0o750)
    (tmp_path / "link").symlink_to("my list.sh")
    terminal.send("/save my list.sh\r")
    terminal.shows("my list.sh exists: replace it? [y/N]")
    terminal.send("n")
    terminal.comes_back()
    assert (tmp_path / "my list.sh").read_text() == "ls -l\n"
    terminal.send("/save link\r")
    terminal.shows("link exists")
    terminal.send("y")
    terminal.comes_back()
    assert (tmp_path / "my list.sh").read_text() == "ls -lS\n" and (tmp_path / "link").is_symlink()
    assert stat.S_IMODE((tmp_path / "my list.sh").stat().st_mode) == 0o750
    for name, error in ((".", "is a directory"), ("no/such/file", "cannot write"), ("/dev/null", "is not a file")):
        terminal.say(f"/save {name}")
        assert error in terminal.text()


def test_copy_asks_the_terminal(chat):
    terminal = chat(LS)
    terminal.say("list files")
    terminal.say("/copy")
    assert f"\x1b]52;c;{base64.b64encode(CODE).decode()}" in terminal.output
    assert "asked the terminal to copy" in terminal.text()


def test_diff_compares_with_the_code_before(chat):
    terminal = chat(LS, PROSE, SORTED, SORTED)
    terminal.say("list files")
    terminal.say("why so short")
    terminal.say("now sort by size")
    terminal.say("/diff")
    assert "-ls -l\n+ls -lS\n" in terminal.text()
    assert "\x1b[31m-ls -l" in terminal.output
    terminal.say("//diff is a question")
    assert terminal.asked()[-1]["words"] == "/diff is a question"


def test_explain_asks_about_the_code_and_is_no_turn(chat):
    terminal = chat(LS, PROSE, SORTED)
    terminal.say("list files")
    terminal.say("/explain")
    assert "» /explain\nIt lists the files.\n»" in terminal.text()
    asked = terminal.asked()[-1]
    assert (asked["name"], asked["openings"], asked["turns"]) == ("explain", [], [])
    assert "ls -l" in asked["words"]
    terminal.say("now sort by size")
    assert len(terminal.asked()[-1]["turns"]) == 2
    assert terminal.logged() == ["list files", "now sort by size"]


def test_what_is_undone_is_unknown_to_the_model_and_not_in_the_log(chat):
    terminal = chat(LS, LOOP, SORTED, LOOP)
    terminal.say("list files")
    terminal.say("now in python")
    terminal.say("/undo")
    assert "forgotten: now in python" in terminal.text()
    assert terminal.logged() == ["list files"]
    terminal.say("now sort by size")
    assert terminal.asked()[-1]["turns"] == ["list files", "".join(LS)]
    terminal.say("/undo")
    terminal.say("/undo")
    terminal.say("now in python")
    assert terminal.asked()[-1]["turns"] == [] and terminal.logged() == ["now in python"]


def test_another_answer_takes_the_place_of_the_last_one(chat):
    terminal = chat(LS, SORTED, LS, LOOP)
    terminal.say("list files")
    terminal.say("/retry")
    assert terminal.logged() == ["list files"] and logged_in(terminal.place)[0].code == "ls -lS\n"
    first, again = terminal.asked()
    assert again["words"] == first["words"] and again["turns"] == [] and again["temperature"] > first["temperature"]
    terminal.say("now in python")
    # What is the code as it was, is no answer either.
    assert terminal.asked()[2]["turns"] == ["list files", "".join(SORTED)]


def test_retry_asks_again_what_was_not_answered(chat):
    terminal = chat(LS, [None], SORTED)
    terminal.say("list files")
    terminal.say("now sort by size")
    assert "the model failed" in terminal.text()
    terminal.say("/retry")
    assert terminal.asked()[-1]["words"] == "Change the code above: now sort by size"
    assert terminal.logged() == ["list files", "now sort by size"]


def test_language_model_and_prompt_are_shown_and_set(chat, tmp_path):
    prompts = tmp_path / "config" / "prompts"
    prompts.mkdir(parents=True)
    (prompts / "mine.toml").write_text('system = "You write shell."\nlanguage = "shell"\n')
    (prompts / "bad.toml").write_text("system = ")
    terminal = chat(LOOP, LS, LS)
    terminal.say("/lang python")
    terminal.say("/lang")
    assert terminal.text().count("language: python") == 2
    terminal.say("/lang cobol")
    assert "cobol is not a language" in terminal.text()
    terminal.say("loop")
    assert terminal.asked()[-1]["openings"] == ["```python\n"]
    terminal.say("/lang auto")
    terminal.say("/prompt bad")
    assert "bad.toml" in terminal.text().replace("\n", "")
    terminal.say("/prompt nosuch")
    assert "no prompt 'nosuch'" in terminal.text()
    terminal.say("/prompt")
    assert "prompt: the one that suits each question" in terminal.text()
    terminal.say("/prompt mine")
    terminal.say("list all the files in the folder /tmp by name")
    assert terminal.asked()[-1]["name"] == "mine"
    terminal.say("/prompt auto")
    terminal.say("list all the files in the folder /tmp by name")
    assert terminal.asked()[-1]["name"] == "auto"
    (tmp_path / "broken").touch()
    terminal.say("/model other")
    assert "the model is broken" in terminal.text()
    terminal.say("/model")
    assert "model: qwen2.5-coder-0.5b" in terminal.text()
    (tmp_path / "broken").unlink()
    terminal.say("/model other")
    terminal.shows("other · auto")


def test_sessions_are_listed_and_resumed(chat):
    terminal = chat(LS, LOOP, SORTED)
    terminal.say("/sessions")
    assert "no session is kept" in terminal.text()
    terminal.say("list files")
    terminal.say("/new")
    assert "a new session" in terminal.text()
    terminal.say("loop three times")
    assert terminal.asked()[-1]["turns"] == []
    terminal.say("/sessions")
    rows = [line for line in terminal.text().split("\n") if "1 answer  " in line]
    assert [(row[0], row.split()[-2:]) for row in rows] == [(" ", ["list", "files"]), ("*", ["three", "times"])]
    terminal.say("/resume 2")
    assert "session 2 is this one" in terminal.text()
    terminal.say("/resume")
    assert "#1  1 answer  list files\nthe last question was: list files\nls -l\n" in terminal.text()
    terminal.say("now sort by size")
    assert terminal.asked()[-1]["turns"] == ["list files", "".join(LS)]
    terminal.say("/sessions")
    assert any(line.startswith("* ") and "#1  2 answers" in line for line in terminal.text().split("\n"))
    terminal.say("/resume nosuch")
    assert "there is no session nosuch" in terminal.text()


def test_a_session_goes_on_by_its_name(chat, tmp_path):
    first = chat(LS, command="exec " + command_of(tmp_path, "repl", "--session", "work"))
    first.say("list files")
    first.send("\x04")
    first.ends()
    write_answers(tmp_path, SORTED)
    second = chat(SORTED)
    second.say("/resume work")
    second.say("now sort by size")
    assert second.asked()[-1]["turns"] == ["list files", "".join(LS)]
    assert [turn.words for turn in logged_in(tmp_path)] == ["list files", "now sort by size"]


def test_stats_and_help(chat):
    terminal = chat(LS, columns=40)
    terminal.say("list files")
    terminal.say("/stats")
    assert "first token" in terminal.text()
    terminal.say("/help")
    assert "/quit" in terminal.text() and "!COMMAND" in terminal.text()


def test_without_the_log_nothing_is_written(chat, tmp_path):
    terminal = chat(LS, SORTED, LOOP, SHELLMATE_LOG="0")
    terminal.say("list files")
    terminal.say("/retry")
    terminal.say("now in python")
    assert terminal.asked()[-1]["turns"] == ["list files", "".join(SORTED)]
    terminal.say("/undo")
    assert "forgotten: now in python" in terminal.text()
    for command in ("/sessions", "/resume", "/resume 1"):
        terminal.say(command)
    assert terminal.text().count("nothing is kept, since the setting log is off") == 3
    terminal.send("/resume \t")
    terminal.settle()
    terminal.send("\x03\x04")
    assert terminal.ends() == 0
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("state", ["a file", "read-only"])
def test_a_state_directory_that_cannot_be_used_is_said_once(pipe_chat, tmp_path, state):
    place = tmp_path / "state" if state == "a file" else "/sys/shellmate"
    if state == "a file":
        (tmp_path / "state").write_text("a file where a folder should be")
    done = pipe_chat(
        "list files\nnow sort by size\n/undo\nnow sort by size\n", LS, SORTED, SORTED, SHELLMATE_STATE_DIR=str(place)
    )
    assert (done.returncode, done.stdout) == (0, "ls -l\n\nls -lS\n\nls -lS\n")
    assert done.stderr.count("the answer is not kept") == 1 and len(done.stderr.splitlines()) == 2
