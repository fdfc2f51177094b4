"""Which words are a command; the settings; the prompts; the cache."""

import pytest

from shellmate.prompt.library import own_prompts

LS = ["```bash\n", "ls", "\n```"]
NAMES = ["about", "auto", "command", "complete", "explain", "fix", "piped", "python", "query", "shell"]
KINDS = [file.stem for file in (own_prompts() / "kinds").glob("*.toml")]


def test_a_question_that_begins_like_a_command(shellmate):
    refused = shellmate("model", "of", "a", "car")
    assert refused.code == 2
    assert "shellmate -- model of a car" in refused.err
    asked = shellmate("--", "model", "of", "a", "car", answers=[LS])
    assert asked.code == 0
    assert asked.engine.asked[0][0].suffix == "model of a car"


def test_options_before_a_command_are_not_a_question(shellmate):
    result = shellmate("-q", "model", "list")
    assert result.code == 2
    assert "shellmate model" in result.err


@pytest.mark.parametrize("words", [["initialise", "a", "git", "repo"], ["models", "of", "cars"], ["help"]])
def test_other_words_are_a_question(shellmate, words):
    assert shellmate(*words, answers=[LS]).engine.asked[0][0].suffix == " ".join(words)


def test_words_that_do_not_fit_the_command_get_the_way_out(shellmate):
    result = shellmate("init", "a", "git", "repo")
    assert (result.code, result.out) == (2, "")
    assert "shellmate -- init a git repo" in result.err and result.err.count("\n") == 1


def test_words_like_options_get_the_way_out(shellmate):
    result = shellmate("what", "does", "--frobnicate", "do")
    assert result.code == 2 and "`--`" in result.err and result.err.count("\n") == 1
    assert shellmate("--", "what does", "--frobnicate", answers=[LS]).code == 0


@pytest.mark.parametrize(
    "args", [["--max-tokens", "0"], ["--max-tokens", "x"], ["-l", "cobol"], ["-n", "9"], ["--temperature", "-1"]]
)
def test_a_wrong_value_is_one_line(shellmate, args):
    result = shellmate(*args, "x")
    assert result.code == 2 and result.err.count("\n") == 1 and result.out == ""


def test_flag_beats_variable_beats_file(shellmate):
    assert shellmate("config", "set", "lang", "python").code == 0
    assert shellmate("f", answers=[LS]).engine.asked[0][0].openings == ("```python\n",)
    by_variable = shellmate("f", answers=[LS], SHELLMATE_LANG="auto")
    assert len(by_variable.engine.asked[0][0].openings) == 2
    by_flag = shellmate("f", "--sh", answers=[LS], SHELLMATE_LANG="auto")
    assert by_flag.engine.asked[0][0].openings == ("```bash\n",)


def test_config_path_is_told_of_a_broken_file_too(shellmate, tmp_path):
    file = tmp_path / "config" / "config.toml"
    file.parent.mkdir()
    file.write_text("thread = 2\n")
    assert shellmate("config", "list").code == 2
    assert shellmate("config", "path").out == f"{file}\n"


def test_config_set_keeps_comments_and_refuses_nonsense(shellmate, tmp_path):
    file = tmp_path / "config" / "config.toml"
    shellmate("config", "set", "threads", "2")
    file.write_text("# mine\n" + file.read_text())
    assert shellmate("config", "set", "threads", "4").code == 0
    assert file.read_text() == "# mine\nthreads = 4\n"
    assert shellmate("config", "set", "threads", "many").code == 2
    assert shellmate("config", "set", "colour", "auto").code == 2
    assert shellmate("config", "get", "threads").out == "4\n"
    assert file.read_text() == "# mine\nthreads = 4\n"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_broken_config_names_file_line_and_key(shellmate, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text('lang = "shell"\nthread = 3\n')
    result = shellmate("f")
    assert result.code == 2
    assert "config.toml: line 2: thread" in result.err
    assert shellmate("--no-config", "f", answers=[LS]).code == 0


def test_a_broken_variable_is_named(shellmate):
    result = shellmate("f", SHELLMATE_THREADS="many")
    assert result.code == 2 and "SHELLMATE_THREADS" in result.err


def test_prompts_are_listed_shown_and_own_ones_go_first(shellmate, tmp_path):
    listed = shellmate("prompt", "list").out
    assert [line.split()[0] for line in listed.splitlines()] == NAMES
    assert "[[examples]]" in shellmate("prompt", "show", "shell").out
    (tmp_path / "config" / "prompts").mkdir(parents=True)
    own = tmp_path / "config" / "prompts" / "shell.toml"
    own.write_text('language = "shell"\nsystem = "Be terse."\n')
    assert "(your own)" in shellmate("prompt", "list").out
    assert shellmate("--sh", "f", answers=[LS]).engine.asked[0][0].prefix[0].content == "Be terse."


def test_a_prompt_that_is_not_there_is_found_out_before_the_model_is_opened(shellmate):
    result = shellmate("-p", "nope", "list files")
    assert result.code == 2 and "there is no prompt 'nope'" in result.err
    assert not result.engine.closed, "it was never opened"


@pytest.mark.parametrize("text", ["system = 3\n", "oops", 'system = "x"\nexamples = 3\n', 'system = "x"\nfoo = 1\n'])
def test_a_broken_prompt_names_its_file(shellmate, tmp_path, text):
    (tmp_path / "config" / "prompts").mkdir(parents=True)
    (tmp_path / "config" / "prompts" / "mine.toml").write_text(text)
    result = shellmate("-p", "mine", "f")
    assert result.code == 2 and "mine.toml" in result.err and result.err.count("\n") == 1


@pytest.mark.parametrize("name", ["nope", "../shell", "", "a b"])
def test_an_unknown_prompt_lists_the_known_ones(shellmate, name):
    result = shellmate("prompt", "show", name)
    assert result.code == 2 and ", ".join(NAMES) in result.err


def test_cache_prime_primes_every_prompt(shellmate):
    result = shellmate("cache", "prime")
    assert result.code == 0
    assert len(result.engine.asked) == len(NAMES) + len(KINDS)
    assert result.err.count("is primed") == len(NAMES) + len(KINDS)


def test_cache_info_and_clear(shellmate):
    assert "0 states" in shellmate("cache", "info").out
    assert shellmate("cache", "clear", "-y").code == 0


def test_version_and_help(shellmate, capsys):
    assert shellmate("--version").code == 0
    assert shellmate("--help").code == 0
    assert "Examples:" in capsys.readouterr().out
