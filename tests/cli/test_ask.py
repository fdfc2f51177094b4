"""Asking: what reaches stdout, what stderr, what the model is told, and the exit code."""

import json
import subprocess
import sys

import pytest

FIND = ["```bash\n", "find", " . -name", " '*.py'", "\n``", "`"]
LOOP = ["```python\n", "for i in range(3):\n", "    print(i)\n", "```"]


def test_stdout_has_the_code_and_nothing_else(shellmate):
    result = shellmate("python files", answers=[FIND])
    assert (result.code, result.out, result.err) == (0, "find . -name '*.py'\n", "")
    assert result.engine.closed


def test_words_need_no_quotes_and_options_go_anywhere(shellmate):
    result = shellmate("python", "files", "--sh", answers=[FIND])
    prompt, _, _ = result.engine.asked[0]
    assert prompt.suffix == "python files"
    assert prompt.openings == ("```bash\n",)


def test_auto_leaves_the_fence_to_the_model(shellmate):
    prompt, _, _ = shellmate("python files", answers=[FIND]).engine.asked[0]
    assert prompt.openings == ("```bash\n", "```python\n")
    assert prompt.prefix[0].role == "system"
    assert len(prompt.prefix) > 40


@pytest.mark.parametrize("flags", [(), ("--py",)])
@pytest.mark.parametrize(
    "words",
    ["Complete this function:\n\ndef add(a, b):\n    ...", "async def get(url)", "class A:\n    def x(self):\n"],
)
def test_a_function_that_is_begun_is_completed_without_worked_examples(shellmate, words, flags):
    prompt, _, _ = shellmate(*flags, words, answers=[LOOP]).engine.asked[0]
    assert prompt.openings == ("```python\n",)
    assert len(prompt.prefix) == 1
    other, _, _ = shellmate(*flags, words.replace("def", "undef"), answers=[LOOP]).engine.asked[0]
    assert len(other.prefix) > 40


def test_a_begun_function_is_no_prompt_for_shell(shellmate):
    prompt, _, _ = shellmate("--sh", "def add(a, b):", answers=[FIND]).engine.asked[0]
    assert prompt.openings == ("```bash\n",)


def test_the_prefix_does_not_depend_on_the_question(shellmate):
    first = shellmate("one thing", answers=[FIND]).engine.asked[0][0]
    second = shellmate("quite another", answers=[FIND]).engine.asked[0][0]
    assert first.prefix == second.prefix


def test_piped_input_comes_before_the_question(shellmate):
    prompt, _, _ = shellmate("mean of b", stdin=b"a,b\n1,2\n", answers=[LOOP]).engine.asked[0]
    assert prompt.context == (
        'Input on stdin:\n```\nCSV, delimiter ",", header, 1 row\ncolumns: a (int, 1), b (int, 2)\na,b\n1,2\n```\n\n'
    )
    assert prompt.suffix == "mean of b"


CSV = b"name,price\na,1\nb,3\n"
TRACEBACK = b'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    1 / 0\nZeroDivisionError: division by zero\n'
DIFF = b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (("why",), TRACEBACK),
        (("how", "do", "I", "mend", "it"), TRACEBACK),
        (("commit message",), DIFF),
        (("summarise",), CSV),
        (("解释一下",), DIFF),
        ((), DIFF),
    ],
)
def test_what_asks_for_prose_gets_prose(shellmate, words, stdin):
    result = shellmate(*words, stdin=stdin, answers=[["It divides", " by zero."]])
    assert (result.code, result.out) == (0, "It divides by zero.\n")
    assert "commit message" in result.engine.asked[0][0].prefix[0].content
    assert result.engine.asked[0][0].openings == ()


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (("mean of price in pandas",), CSV),
        (("names of the files",), DIFF),
        (("--py", "why"), TRACEBACK),
        (("--sh", "explain it"), CSV),
    ],
)
def test_what_asks_for_code_about_input_gets_code(shellmate, words, stdin):
    result = shellmate(*words, stdin=stdin, answers=[LOOP])
    assert result.out == "for i in range(3):\n    print(i)\n"
    assert "about input on stdin" in result.engine.asked[0][0].prefix[0].content


PANDAS = ("price", "of", "the", "first", "row", "with", "pandas")  # no question for a select
WRONG = ["```python\n", "import csv, sys\n", 'print(next(csv.DictReader(sys.stdin))["cost"])\n', "```"]
RIGHT = ["```python\n", "import csv, sys\n", 'print(next(csv.DictReader(sys.stdin))["price"])\n', "```"]
REST = ['print(next(csv.DictReader(sys.stdin))["price"])\n', "```"]


def test_a_column_that_is_not_there_makes_room_for_the_next_candidate(shellmate):
    result = shellmate(*PANDAS, stdin=CSV, answers=[WRONG, REST])
    assert (result.code, result.err) == (0, "")
    assert result.out == 'import csv, sys\nprint(next(csv.DictReader(sys.stdin))["price"])\n'
    assert result.engine.asked[1][2] == "```python\nimport csv, sys\n", "what a pipe has it keeps"


def test_where_no_candidate_has_the_right_column_the_first_is_the_answer_and_that_is_said(shellmate):
    result = shellmate(*PANDAS, stdin=CSV, answers=[WRONG, WRONG[2:], WRONG[2:]])
    assert (result.code, result.out) == (0, "".join(WRONG[1:-1]))
    assert result.err == "shellmate: mind that the input has no cost\n"


def test_json_says_whether_the_names_are_there(shellmate):
    for answers, names in (([RIGHT], True), ([WRONG] * 3, False)):
        report = json.loads(shellmate("--json", *PANDAS, stdin=CSV, answers=answers).out)
        assert report["checks"]["names"] is names


def test_alternatives_with_unknown_names_come_last(shellmate):
    result = shellmate("-n", "2", *PANDAS, stdin=CSV, answers=[WRONG, RIGHT])
    assert result.out.index("price") < result.out.index("cost")


SELECT = ["```sql\nselect", " avg(price) from t", "\n```"]


@pytest.mark.parametrize("flags", [(), ("--py",)])
def test_a_question_about_a_table_is_answered_by_a_select_in_python(shellmate, flags):
    result = shellmate(*flags, "mean of price", stdin=CSV, answers=[SELECT])
    assert (result.code, result.err) == (0, "")
    done = subprocess.run([sys.executable, "-c", result.out], input=CSV, capture_output=True, timeout=30)
    assert (done.stdout, done.stderr) == (b"2.0\n", b"")
    assert result.engine.asked[0][0].openings == ("```sql\nselect",)


@pytest.mark.parametrize(
    "words",
    ["plot the prices", "function for the mean", "histogram of price", "convert to json", "price in awk", "awk sum"],
)
def test_what_a_select_cannot_do_is_no_select(shellmate, words):
    assert shellmate(words, stdin=CSV, answers=[LOOP]).engine.asked[0][0].query is None


@pytest.mark.parametrize(
    ("words", "select", "printed"),
    [
        ("median of price", "median(price)", "2.0"),
        ("standard deviation of the prices", "stdev(price)", "1.4142135623730951"),
        ("方差 of price", "variance(price)", "2"),
        ("median of the rest", "median(nullif(price, price))", "None"),
    ],
)
def test_what_sqlite_has_no_word_for_is_brought_along(shellmate, words, select, printed):
    result = shellmate(words, stdin=CSV, answers=[["```sql\nselect", f" {select} from t", "\n```"]])
    assert (result.code, result.err) == (0, "")
    done = subprocess.run([sys.executable, "-c", result.out], input=CSV, capture_output=True, timeout=30)
    assert (done.stdout, done.stderr) == (f"{printed}\n".encode(), b"")


def test_a_select_that_leaves_out_half_of_the_question_gives_way_to_one_that_does_not(shellmate):
    half = ["```sql\nselect", " avg(price) from t", "\n```"]
    whole = "```sql\nselect name, avg(price) from t group by name\n```"
    result = shellmate("mean price by name", stdin=CSV, answers=[half, [whole]])
    assert (result.code, result.err) == (0, "")
    assert "select name, avg(price) from t group by name" in result.out
    assert [asked[0].openings for asked in result.engine.asked] == [("```sql\nselect",), ("```sql\nselect name,",)]


def test_where_none_is_better_the_first_one_stays(shellmate):
    half = ["```sql\nselect", " avg(price) from t", "\n```"]
    result = shellmate("mean price since 1999", stdin=CSV, answers=[half] * 12)
    assert (result.code, result.err) == (0, "")
    assert "select avg(price) from t" in result.out


def test_a_column_may_be_called_like_something_that_a_select_cannot_do(shellmate):
    modes = b"mode,color\n1,red\n2,blue\n"
    assert shellmate("how many rows have mode 2", stdin=modes, answers=[SELECT]).engine.asked[0][0].query


def test_shell_is_asked_for_and_shell_it_is(shellmate):
    prompt = shellmate("--sh", "mean of price", stdin=CSV, answers=[FIND]).engine.asked[0][0]
    assert (prompt.query, prompt.openings) == (None, ("```bash\n",))


def test_a_select_on_a_column_that_is_not_there_goes_on_with_one_that_is(shellmate):
    wrong = ["```sql\nselect", " avg(cost) from t", "\n```"]
    result = shellmate("mean of price", stdin=CSV, answers=[wrong, SELECT])
    assert (result.code, result.err) == (0, "")
    assert "avg(price)" in result.out and "cost" not in result.out
    prompt, _, answered = result.engine.asked[1]
    assert (prompt.openings, answered) == (("```sql\nselect avg(name", "```sql\nselect avg(price"), "")
    result = shellmate("mean of price", stdin=CSV, answers=[wrong] * 15)
    assert result.err == "shellmate: mind that the query cannot be run: no such column: cost\n"
    report = json.loads(shellmate("--json", "mean of price", stdin=CSV, answers=[SELECT]).out)
    assert (report["language"], report["checks"]["names"]) == ("python", True)


def test_a_column_may_be_called_as_a_tool_is(shellmate):
    cuts = b"cut,price\nfine,3\nfair,4\n"
    assert shellmate("mean of price by cut", stdin=cuts, answers=[SELECT]).engine.asked[0][0].query
    assert not shellmate("mean of price by awk", stdin=cuts, answers=[FIND]).engine.asked[0][0].query
    assert not shellmate("mean of price per cut, in awk", stdin=cuts, answers=[FIND]).engine.asked[0][0].query


def test_alternatives_of_a_select(shellmate):
    other = ["```sql\nselect", " sum(price) / count(*) from t", "\n```"]
    result = shellmate("-n", "2", "mean of price", stdin=CSV, answers=[SELECT, other])
    assert result.out.count("import sqlite3") == 2


def test_logs_are_counted_by_a_select_and_filtered_by_a_command(shellmate):
    log = b"2024-05-01 12:00:03 ERROR full\n2024-05-01 12:00:04 INFO ok\n"
    counted = shellmate("errors per hour", stdin=log, answers=[SELECT]).engine.asked[0][0]
    assert counted.query and "table t: time, level, line, date, hour" in counted.context
    shown = shellmate("lines with timeout", stdin=log, answers=[FIND]).engine.asked[0][0]
    assert (shown.query, shown.openings) == (None, ("```bash\n",))


def test_columns_of_tools_are_compared_by_a_select_and_taken_apart_by_a_command(shellmate):
    files = b"-rw-r--r--  1 ann staff  900 May  9  2025 a\n-rw-r--r--  1 ann staff  2200 May  9  2025 b\n"
    largest = ["```sql\nselect", " name from t order by size desc limit 1", "\n```"]
    result = shellmate("largest file", stdin=files, answers=[largest])
    assert "order by size desc" in result.out and "table t: mode, links," in result.engine.asked[0][0].context
    for args in (("--sh", "largest file"), ("only the names",), ("largest file in awk",)):
        prompt = shellmate(*args, stdin=files, answers=[FIND]).engine.asked[0][0]
        assert (prompt.query, prompt.openings) == (None, ("```bash\n",))


def test_piped_input_without_words_is_explained(shellmate):
    result = shellmate(stdin=b"tar xzf a.tgz\n", answers=[["- `tar`", ": unpacks"]])
    assert (result.code, result.out) == (0, "- `tar`: unpacks\n")
    assert "explain" in result.engine.asked[0][0].prefix[0].content.lower()


@pytest.mark.parametrize("stdin", [None, b"", b"\n \n"])
def test_nothing_asked_is_a_usage_error(shellmate, stdin):
    result = shellmate(stdin=stdin, terminal=stdin is None)
    assert result.code == 2
    assert result.err.count("\n") == 1
    assert 'shellmate "count csv column mean"' in result.err


def test_long_input_keeps_head_and_tail_and_says_so(shellmate):
    lines = "".join(f"line {n}\n" for n in range(5000)).encode()
    result = shellmate("count", stdin=lines, answers=[FIND])
    context = result.engine.asked[0][0].context
    assert "line 0\n" in context and "line 4999" in context and len(context) < 2000
    assert result.err.startswith("shellmate: stdin: the model is not told of")
    assert shellmate("count", "-q", stdin=lines, answers=[FIND]).err == ""


def test_v_shows_the_digest_on_stderr(shellmate):
    result = shellmate("-v", "mean of b", stdin=b"a,b\n1,\x1b2\n", answers=[FIND])
    assert "shellmate: digest of stdin (CSV):\nCSV, delimiter" in result.err
    assert "a,b\n1,\\x1b2\n" in result.err and "\x1b" not in result.err


def test_binary_input_is_refused(shellmate):
    result = shellmate("what is it", stdin=b"\x7fELF\0\0\1")
    assert result.code == 2
    assert result.err == "shellmate: stdin is an ELF program, and not text; pipe it through strings, or readelf -a\n"


def test_what_does_not_parse_is_written_anew(shellmate):
    broken = ["```python\n", "def f(:\n", "    pass\n", "```"]
    result = shellmate("--json", "f", answers=[broken, LOOP])
    assert result.code == 0
    assert json.loads(result.out)["code"] == "for i in range(3):\n    print(i)\n"
    first, second = (sampling for _, sampling, _ in result.engine.asked)
    assert first.temperature == 0 and second.temperature > 0


def test_a_pipe_gets_no_line_twice(shellmate):
    broken = ["```python\n", "import csv\n", "x = (1\n", "y y\n", "```"]
    rest = [")\n", "print(csv, x)\n", "```"]
    result = shellmate("f", answers=[broken, rest])
    assert result.code == 0
    assert result.engine.asked[1][2] == "```python\nimport csv\nx = (1\n"
    assert result.out == "import csv\nx = (1\n)\nprint(csv, x)\n"


def test_three_that_do_not_parse_are_no_answer(shellmate):
    broken = ["```bash\n", "echo 'x", "\n```"]
    result = shellmate("--json", "f", answers=[broken] * 3)
    assert (result.code, result.out) == (4, "")
    assert "echo 'x" in result.err and "no answer that parses" in result.err
    assert len(result.engine.asked) == 3


def test_a_cut_answer_says_so(shellmate):
    whole = shellmate("f", answers=[["```bash\n", "ls\n", "<length>"]])
    assert (whole.code, whole.out) == (0, "ls\n")
    assert "cut at --max-tokens" in whole.err
    broken = shellmate("f", answers=[["```bash\n", "echo 'x", "<length>"]])
    assert broken.code == 4 and "--max-tokens" in broken.err and len(broken.engine.asked) == 1


def test_explanation_goes_to_stderr_in_a_pipe(shellmate):
    result = shellmate("-x", "python files", answers=[FIND, ["- `find`: searches"]])
    assert result.out == "find . -name '*.py'\n"
    assert result.err == "- `find`: searches\n"
    assert "find . -name" in result.engine.asked[1][0].suffix


def test_what_cannot_work_here_does_not_reach_a_pipe(shellmate):
    answers = [["```bash\nnosuchprogram .\n```"], ["```bash\nls -S\n```"]]
    assert shellmate("biggest files", answers=answers).out == "ls -S\n"
    assert shellmate("biggest files", answers=answers, SHELLMATE_EFFORT="fast").out == "nosuchprogram .\n"


def test_alternatives_that_cannot_work_here_come_last(shellmate):
    answers = ["```bash\nnosuchprogram .\n```", "```bash\nls --nosuchoption\n```", "```bash\nls -S\n```"]
    result = shellmate("-n", "3", "biggest files", answers=answers)
    assert result.out.splitlines() == ["ls -S", "nosuchprogram .", "ls --nosuchoption"]


def test_alternatives_are_distinct_and_parse(shellmate):
    answers = [FIND, FIND, ["```bash\necho '\n```"], ["```bash\nls *.py\n```"]]
    result = shellmate("-n", "3", "python files", answers=answers)
    assert result.out == "find . -name '*.py'\nls *.py\n"


def test_json_has_the_keys_of_the_interface(shellmate):
    report = json.loads(shellmate("--json", "python files", answers=[FIND]).out)
    assert report["language"] == "shell"
    assert report["checks"] == {"syntax": True, "commands": True, "options": True, "names": None}
    assert {"code", "explanation", "alternatives", "danger", "model", "timings"} <= set(report)
    assert {"first_token_ms", "total_ms", "prompt_tokens", "primed_tokens", "tokens", "tokens_per_s"} <= set(
        report["timings"]
    )


def test_interrupt_is_130_and_says_nothing(shellmate):
    result = shellmate("f", answers=[["```bash\n", "ls", KeyboardInterrupt()]])
    assert (result.code, result.err) == (130, "")
    assert result.engine.closed


def test_a_bug_is_one_line_and_vv_shows_it(shellmate):
    quiet = shellmate("f", answers=[["```bash\n", RuntimeError("boom")]])
    assert quiet.code == 1 and quiet.err.count("\n") == 1 and "boom" in quiet.err
    assert "Traceback" in shellmate("-vv", "f", answers=[["```bash\n", RuntimeError("boom")]]).err


def test_control_characters_reach_a_pipe_as_they_are(shellmate):
    assert shellmate("f", answers=[["```bash\n", "printf '\x1b[31m'", "\n```"]]).out == "printf '\x1b[31m'\n"


def test_what_is_dangerous_is_said(shellmate):
    answer = ["```bash\nrm -rf ~\n```"]
    result = shellmate("--sh", "delete everything", answers=[answer])
    assert (result.code, result.out, result.err) == (
        0,
        "rm -rf ~\n",
        "shellmate: danger: it deletes all of your home folder\n",
    )
    report = json.loads(shellmate("--sh", "--json", "delete everything", answers=[answer]).out)
    assert report["danger"] == {"level": "danger", "reasons": ["deletes all of your home folder"]}
    report = json.loads(shellmate("--sh", "--json", "list", answers=[["```bash\nls\n```"]]).out)
    assert report["danger"] == {"level": "safe", "reasons": []}


def test_it_answers_where_the_folder_is_gone(shellmate, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    result = shellmate("list files", answers=[["```bash\nls\n```"]])
    assert (result.code, result.out) == (0, "ls\n"), result.err


def test_auto_is_told_by_the_name_of_the_model(shellmate):
    result = shellmate("--json", "-m", "auto", "count", answers=[FIND])
    assert json.loads(result.out)["model"] == "qwen2.5-coder-0.5b"
