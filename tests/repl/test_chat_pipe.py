"""Messages from a pipe: what reaches stdout and stderr, and the exit code."""

from tests.repl.chat import LOOP, LS, PROSE, SORTED, command_of, logged_in, read_lines, shell


def test_each_line_is_answered_and_knows_the_ones_before(pipe_chat, tmp_path):
    done = pipe_chat("list files\n\n  \nnow sort by size\n", LS, SORTED)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ls -l\n\nls -lS\n", "")
    assert [turn.words for turn in logged_in(tmp_path)] == ["list files", "now sort by size"]


def test_what_is_not_on_this_machine_makes_room_for_another_answer(pipe_chat):
    whole = ["```bash\nnosuchprogram -l\n```"]
    assert pipe_chat("list files\n", whole, LS).stdout == "ls -l\n"
    assert pipe_chat("list files\n", whole, LS, SHELLMATE_EFFORT="fast").stdout == "nosuchprogram -l\n"
    done = pipe_chat("list files\n", shell("nosuchprogram -l"), LS)
    assert (done.stdout, done.stderr) == (
        "nosuchprogram -l\n",
        "mind that nosuchprogram is not on this machine\n",
    )


def test_an_error_is_the_exit_code_where_it_is_the_last(pipe_chat):
    done = pipe_chat("list files\n/nosuch\n", LS)
    assert (done.returncode, done.stdout) == (1, "ls -l\n")
    assert "there is no command /nosuch" in done.stderr and "the last message was not answered" in done.stderr
    done = pipe_chat("/nosuch\nlist files\n", LS)
    assert (done.returncode, done.stdout) == (0, "ls -l\n")
    assert pipe_chat("").returncode == 0
    assert pipe_chat("x" * (2**20 + 1)).returncode == 1
    assert pipe_chat("/resume " + "9" * 5000).stderr.startswith("shellmate: there is no session 999")


def test_what_gets_no_answer_leaves_no_gap(pipe_chat):
    done = pipe_chat("list files\nfail\nlist files\n", LS, [None], LS)
    assert (done.returncode, done.stdout) == (0, "ls -l\n\nls -l\n")
    assert done.stderr == "shellmate: the model failed; ask again\n"


def test_slash_commands_and_shell_commands_work_in_a_pipe(pipe_chat, tmp_path):
    messages = "list files\n/explain\n/retry\n/diff\n/save a.sh\n/save a.sh\n!echo hello\n/quit\nnot this\n"
    done = pipe_chat(messages, LS, PROSE, SORTED)
    assert done.returncode == 0
    assert done.stdout == "ls -l\n\nIt lists the files.\n\nls -lS\n\nhello\n"
    assert "a.sh is left as it was" in done.stderr
    assert (tmp_path / "a.sh").read_text() == "ls -lS\n"
    assert "\x1b" not in done.stdout + done.stderr


def test_a_file_that_is_not_to_be_kept_is_known_to_the_chat_and_not_to_the_log(pipe_chat, tmp_path):
    (tmp_path / "sales.csv").write_text("name,price\nbolt,1.5\nnut,2.5\n")
    messages = "/load sales.csv\na script that counts its lines\nnow sort them\n"
    done = pipe_chat(messages, LOOP, LS, SHELLMATE_KEEP_INPUT="0")
    assert done.returncode == 0, done.stderr
    assert "bolt,1.5" in read_lines(tmp_path / "asked.jsonl")[1]["turns"][0]
    assert [turn.context for turn in logged_in(tmp_path)] == ["", ""]
    assert all(b"bolt" not in file.read_bytes() for file in (tmp_path / "state").rglob("*") if file.is_file())


def test_run_without_a_terminal_is_an_error(pipe_chat):
    done = pipe_chat("list files\n/run\n", LS)
    assert (done.returncode, done.stdout) == (1, "ls -l\n")
    assert "/run asks on the terminal, and there is none; leave out /run" in done.stderr


def test_run_asks_on_the_terminal_and_leaves_the_messages_alone(chat, tmp_path):
    (tmp_path / "messages").write_text("copy\n/run\nlist files\n")
    command = f"echo '» started'; {command_of(tmp_path)} < messages > out; echo left"
    terminal = chat(shell("cat; echo ran"), LS, command=command)
    terminal.shows("run it? [y/e/c/x/a/N]")
    assert "cat; echo ran\nrun it?" in terminal.text()
    terminal.send("y")
    terminal.shows("left")
    assert (tmp_path / "out").read_text() == "cat; echo ran\nran\n\nls -l\n"


def test_no_escape_codes_though_stdout_is_a_terminal(chat, tmp_path):
    (tmp_path / "messages").write_text("loop\n/nosuch\nnow in shell\n/diff\n")
    command = f"echo '» started'; cat messages | {command_of(tmp_path)}; echo left"
    terminal = chat(LOOP, LS, command=command)
    terminal.shows("left")
    assert "for i in range(3):\n    print(i)\n" in terminal.text() and "\n\nls -l\n" in terminal.text()
    assert "\x1b" not in terminal.output


def test_ctrl_c_ends_a_piped_chat(chat, tmp_path):
    (tmp_path / "messages").write_text("count\nlist files\n")
    command = f"trap : INT; echo '» started'; {command_of(tmp_path)} < messages; echo left $?"
    terminal = chat(["```bash\n", "echo 1\n", 5, "```"], LS, command=command)
    terminal.shows("\necho 1")
    terminal.send("\x03")
    terminal.shows("left 130")
    assert len(terminal.asked()) == 1 and terminal.logged() == []
