"""Somebody else's endpoint as an engine, against a real server on this machine that says what it is told to."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from shellmate.answer.answer import write_answer
from shellmate.core.errors import ExitCode, ModelError, NoAnswerError, ShellmateError, UsageError
from shellmate.engine.endpoint import chatapi
from shellmate.engine.endpoint.chatwords import Code
from shellmate.engine.endpoint.elsewhere import ElsewhereEngine
from shellmate.engine.endpoint.hosts import address_of, is_loopback, tell_once
from shellmate.engine.engine import Effort, Sampling
from shellmate.engine.events import read_events
from shellmate.prompt.infill import compose_infill
from shellmate.prompt.prompt import Message, Prompt

SHELL, PYTHON = "```bash\n", "```python\n"
PLAIN = Sampling()
PREFIX = (Message("system", "write"), Message("user", "list"), Message("assistant", "```bash\nls\n```"))
QUESTION = "where is the sécret plan"
PROMPT = Prompt(PREFIX, QUESTION, (SHELL,), context="Input on stdin:\n```\na\n```\n\n")
AUTO = Prompt(PREFIX, QUESTION, (SHELL, PYTHON))
KEY = "sk-very-private"
LS = "```bash\nls -l\n```"
CHAT = "/v1/chat/completions"


class Server(ThreadingHTTPServer):
    """`answer` is given each request's handler; `asked` are the requests so far, `left` is set when one was cut off."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer, self.asked, self.left, self.gets = answer, [], threading.Event(), []
        self.url = f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request, client_address):
        pass


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        self.body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.number = len(self.server.asked)
        self.server.asked.append((self.path, dict(self.headers), self.body))
        try:
            self.server.answer(self)
        except OSError:
            self.server.left.set()
            self.close_connection = True

    def do_GET(self):
        self.server.gets.append(self.path)
        self.say_json(200, {"data": [{"id": "big"}, {"id": "bi\x1bgger"}]})

    def log_message(self, *args):
        pass

    def say_json(self, status, given, **headers):
        body = json.dumps(given).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def begin(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def say(self, pieces, finish="stop", usage=None, size=None, pause=0.0):
        """Stream pieces, in chunks of `size` bytes where that is given."""
        self.begin()
        events = [event(piece, text=self.path.endswith("/v1/completions")) for piece in pieces]
        events.append(b'data: {"choices": [{"delta": {}, "finish_reason": "%s"}]}\n\n' % finish.encode())
        if usage:
            events.append(b"data: " + json.dumps({"choices": [], "usage": usage}).encode() + b"\n\n")
        events.append(b"data: [DONE]\n\n")
        whole = b"".join(events)
        for part in [whole[i : i + size] for i in range(0, len(whole), size)] if size else events:
            self.chunk(part)
            time.sleep(pause)
        self.chunk(b"")


def event(piece, text=False):
    choice = {"text": piece} if text else {"delta": {"content": piece}}
    return b"data: " + json.dumps({"choices": [choice]}, ensure_ascii=False).encode() + b"\n\n"


@contextmanager
def served(answer, model="big", key=KEY, timeout=5.0):
    """A server that answers so, or streams the pieces, and an engine that asks it."""
    pieces = answer
    server = Server(answer if callable(answer) else lambda handler: handler.say(pieces))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True).start()
    said = []
    engine = ElsewhereEngine(server.url, model, key, timeout, said.append)
    server.said = said
    try:
        yield server, engine
    finally:
        engine.close()
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(chatapi, "_PAUSES", (0.01, 0.02))


def pieces_of(engine, prompt=PROMPT, sampling=PLAIN, answered=""):
    return list(engine.generate(prompt, sampling, answered))


def text_of(engine, *args):
    return "".join(pieces_of(engine, *args))


def answering(text, prompt=PROMPT, answered=""):
    """What is made of an answer, cut into pieces of three characters."""
    with served([text[i : i + 3] for i in range(0, len(text), 3)]) as (_, engine):
        return text_of(engine, prompt, Sampling(), answered)


def test_what_is_asked() -> None:
    with served([LS]) as (server, engine):
        turns = (Message("user", "before"), Message("assistant", "ok"))
        text_of(engine, Prompt(PREFIX, "now", (SHELL,), "ctx\n", turns), Sampling(77, 0.25, 0.5, 9))
        ((path, headers, body),) = server.asked
    assert path == CHAT
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert [m["role"] for m in body["messages"]] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert body["messages"][3:5] == [{"role": m.role, "content": m.content} for m in turns]
    assert body["messages"][5]["content"].startswith("ctx\nnow\n\nAnswer with one bash code block")
    assert (body["model"], body["max_tokens"], body["temperature"]) == ("big", 77, 0.25)
    assert (body["top_p"], body["seed"], body["stream"]) == (0.5, 9, True)
    assert body["stream_options"] == {"include_usage": True}


def test_without_a_key_none_is_sent() -> None:
    with served([LS], key="") as (server, engine):
        text_of(engine)
        assert "Authorization" not in server.asked[0][1]


def test_a_pure_answer_passes_piece_by_piece() -> None:
    with served(["```", "bash\n", "ls", " -l", "\n", "```"]) as (_, engine):
        assert pieces_of(engine) == [SHELL, "ls", " -l", "\n```"]


@pytest.mark.parametrize("size", [1, 2, 7, 61, None])
def test_chunks_may_be_cut_anywhere(size) -> None:
    def answer(handler):
        handler.say(["```sh\n", "echo 'né", "日本 😀'\n", "\u2028#\u0085\n```\n"], size=size)

    with served(answer) as (_, engine):
        assert text_of(engine) == "```bash\necho 'né日本 😀'\n\u2028#\u0085\n```"


def test_half_characters_in_two_events_become_one() -> None:
    def answer(handler):
        handler.begin()
        for half in ('"```bash\\necho \\ud83d"', '"\\ude00\\n```"'):
            handler.chunk(b'data: {"choices": [{"delta": {"content": %s}}]}\n\n' % half.encode())
        handler.chunk(b"data: [DONE]\n\n")
        handler.chunk(b"")

    with served(answer) as (_, engine):
        assert text_of(engine) == "```bash\necho 😀\n```"


def test_events_are_read_as_the_standard_has_them() -> None:
    raw = b"\xef\xbb\xbfdata: a\r\n: hello\r\ndata:b\r\n\r\nevent: x\nid: 1\n\ndata:  c\r\rdata: [DONE]"
    wanted = ["a\nb", " c", "[DONE]"]
    for size in range(1, len(raw) + 1):
        assert list(read_events(raw[i : i + size] for i in range(0, len(raw), size))) == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Here is how:\n\n```bash\nls -l\n```\nIt lists.", LS),
        ("```sh\nls -l\n```", LS),
        ("```Shell\r\nls -l\r\n```\r\n", LS),
        ("```\nls -l\n```", LS),
        ("```text\nls -l\n```", LS),
        ("  ```bash\n  ls -l\n  ```", LS),
        ("~~~zsh\nls -l\n~~~", LS),
        ("ls -l", LS),
        ("`ls -l`", LS),
        ("<think>\nmaybe ```bash\nrm x\n```\n</think>\n```bash\nls -l\n```", LS),
        ("```bash\n\nls \\\n\n  -l\n\n\n```", "```bash\nls \\\n\n  -l\n```"),
        ("```bash\nls -l", LS),
        ("```python\nprint(1)\n```\nor\n```bash\nls -l\n```", LS),
        ("```python\nprint(1)\n```", "```bash\nprint(1)\n```"),
        ("```bash\ncat <<'E'\n`` a\nE\n```", "```bash\ncat <<'E'\n`` a\nE\n```"),
    ],
)
def test_what_is_said_around_code_is_left_out(said, wanted) -> None:
    assert answering(said) == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("```py\nprint(1)\n```", "```python\nprint(1)\n```"),
        ("```python3\nprint(1)\n```", "```python\nprint(1)\n```"),
        ("```fish\nls\n```", "```bash\nls\n```"),
        ("Sure.\n```console\nls\n```", "```bash\nls\n```"),
    ],
)
def test_the_fitting_opening_is_taken(said, wanted) -> None:
    assert answering(said, AUTO) == wanted


READING = "import csv, sys\nrows = list(csv.reader(sys.stdin))\n"


@pytest.mark.parametrize(
    ("opening", "said", "wanted"),
    [
        ("```sql\nselect", "```sql\nSELECT a\nFROM t\n```", ["```sql\nselect", " a\nFROM t"]),
        ("```sql\nselect", "```sql\nwith x as (select 1) select 2\n```", ["```sql\n", "with x as (select 1) select 2"]),
        ("```sql\nselect", "```sql\ncount(*) from t\n```", ["```sql\nselect", " count(*) from t"]),
        ("```bash\nfind", "```bash\nfind . -name x\n```", ["```bash\nfind", " . -name x"]),
        ("```bash\nfind", "```bash\n-name x\n```", ["```bash\nfind", " -name x"]),
        ("```bash\nfind", "```bash\nls\n```", ["```bash\n", "ls"]),
        (PYTHON + READING, f"```py\n{READING}\nprint(rows)\n```", [PYTHON + READING, "\nprint(rows)"]),
        (PYTHON + READING, f"```py\n{READING}print(rows)\n```", [PYTHON + READING, "print(rows)"]),
        (PYTHON + READING, "```py\nprint(rows)\n```", [PYTHON + READING, "print(rows)"]),
        (PYTHON + READING, "```py\nimport sys\nsys.stdin\n```", [PYTHON, "import sys\nsys.stdin"]),
        ("```bash\nfind", "```bash\n\n```", ["```bash\n"]),
    ],
)
def test_a_longer_opening_is_gone_on_from(opening, said, wanted) -> None:
    prompt = Prompt(PREFIX, QUESTION, (opening,))
    with served([said]) as (server, engine):
        pieces = pieces_of(engine, prompt)
        asked = server.asked[0][2]["messages"][-1]["content"]
    assert [pieces[0], "".join(pieces[1:-1])] == [wanted[0], "".join(wanted[1:])]
    assert pieces[-1] == "\n```"
    assert asked.endswith("Begin the code block exactly with:\n" + opening.partition("\n")[2])


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_the_cuts_of_an_answer_make_no_difference(size) -> None:
    said = f"So:\n\n```py\n\n{READING}for r in rows:\n\n    print(r)\n\n```\nand more\n"
    reader = Code((PYTHON + READING,))
    pieces = [p for i in range(0, len(said), size) for p in reader.feed(said[i : i + size])] + reader.finish(False)
    assert pieces[0] == PYTHON + READING
    assert "".join(pieces) == f"{PYTHON}{READING}for r in rows:\n\n    print(r)\n```"


def test_of_several_beginnings_that_which_the_code_has_is_the_opening() -> None:
    openings = ("```sql\nselect a", "```sql\nselect b from t where b = 'x'")
    with served(["```sql\nSelect b from t where b='x' limit 1\n```"]) as (server, engine):
        pieces = pieces_of(engine, Prompt(PREFIX, QUESTION, openings))
        assert "- select a\n- select b" in server.asked[0][2]["messages"][-1]["content"]
    assert pieces == [openings[1], " limit 1", "\n```"]


@pytest.mark.parametrize(
    "said",
    [
        "```bash\ncd /tmp\nfind . -name x\n```",
        "Going on:\n```sh\nfind . -name x\n```",
        "```bash\n . -name x\n```",
        " . -name x\n```\nDone.",
        " . -name x",
    ],
)
def test_an_answer_goes_on_from_what_there_is(said) -> None:
    answered = "```bash\ncd /tmp\nfind"
    assert answering(said, PROMPT, answered) == f"{answered} . -name x\n```"


def test_what_there_is_comes_first_and_is_shown_to_the_model() -> None:
    with served(["```bash\nls\npwd\n```"]) as (server, engine):
        assert pieces_of(engine, AUTO, PLAIN, "```bash\nls\n") == ["```bash\nls\n", "pwd", "\n```"]
        *_, user, assistant, wish = server.asked[0][2]["messages"]
    assert user["content"].startswith(QUESTION)
    assert assistant == {"role": "assistant", "content": "```bash\nls\n"}
    assert wish["role"] == "user"


def test_going_on_from_a_bare_fence_is_asking_for_that_language() -> None:
    with served(["```python\nprint(1)\n```"]) as (server, engine):
        assert text_of(engine, AUTO, Sampling(), PYTHON) == "```python\nprint(1)\n```"
        last = server.asked[0][2]["messages"][-1]
    assert last["content"].endswith("Answer with one python code block and nothing else.")


def test_prose_passes_as_it_is() -> None:
    said = "It is ```bash\nls\n``` and\n\nmore.\n"
    with served([said[:9], said[9:]]) as (server, engine):
        assert pieces_of(engine, Prompt(PREFIX, QUESTION)) == [said[:9], said[9:]]
        assert server.asked[0][2]["messages"][-1]["content"] == QUESTION
        assert text_of(engine, Prompt(PREFIX, QUESTION), Sampling(), "It is ") == said


def test_usage_is_the_api_s_own_or_counted() -> None:
    told = {"prompt_tokens": 50, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 40}}

    def answer(handler):
        handler.say(["a", "b", "c"], "length" if handler.number else "stop", None if handler.number else told)

    with served(answer) as (_, engine):
        prose = Prompt(PREFIX, QUESTION)
        first = engine.generate(prose, Sampling())
        assert "".join(first) == "abc"
        second = engine.generate(prose, Sampling())
        assert "".join(second) == "abc"
    usage = first.usage
    assert (usage.prompt_tokens, usage.primed_tokens, usage.evaluated_tokens, usage.tokens) == (50, 40, 10, 7)
    assert (usage.finish, usage.model) == ("stop", "big")
    assert (second.usage.tokens, second.usage.finish) == (3, "length")


def test_the_usage_that_comes_behind_the_code_is_the_api_s_own() -> None:
    told = {"prompt_tokens": 50, "completion_tokens": 7}

    def answer(handler):
        handler.say(["```bash\nls\n```", "\n"], usage=told, pause=0.01)

    with served(answer) as (server, engine):
        generation = engine.generate(PROMPT, Sampling())
        last = [next(generation.pieces) for _ in range(3)][-1]  # nobody asks for a fourth
        assert last == "\n```"
        assert (generation.usage.prompt_tokens, generation.usage.tokens) == (50, 7)
        assert not server.left.is_set()


@pytest.mark.parametrize("end", ["silence", "hung up"])
def test_what_has_all_its_code_needs_no_end(end) -> None:
    def answer(handler):
        handler.begin()
        handler.chunk(event("```bash\nls\n```"))
        if end == "silence":
            time.sleep(3)
        handler.close_connection = True

    with served(answer) as (server, engine):
        start = time.monotonic()
        generation = engine.generate(PROMPT, Sampling())
        assert "".join(generation) == "```bash\nls\n```"
        assert time.monotonic() - start < 2
        assert (generation.usage.finish, generation.usage.prompt_tokens) == ("stop", 0)
        server.answer = lambda handler: handler.say([LS])
        assert text_of(engine) == LS  # and the engine can be used again


def test_code_that_is_cut_has_no_end() -> None:
    with served(lambda handler: handler.say(["```bash\nls", " -"], "length")) as (_, engine):
        assert pieces_of(engine) == [SHELL, "ls", " -"]


def test_a_model_that_only_thinks_is_told_of() -> None:
    error, _ = fault_of(lambda handler: handler.say(["<think>", "hm"], "length"))
    assert isinstance(error, NoAnswerError)
    assert error.message == "big wrote no answer within 512 tokens"


def test_an_answer_in_one_piece_will_do() -> None:
    def answer(handler):
        handler.say_json(200, {"choices": [{"message": {"content": LS}, "finish_reason": "stop"}], "usage": {}})

    with served(answer) as (_, engine):
        assert text_of(engine) == LS


def test_the_connection_ends_with_the_code() -> None:
    def answer(handler):
        handler.begin()
        handler.chunk(event("```bash\nls\n```\n"))
        for _ in range(400):
            handler.chunk(event("and on and on"))
            time.sleep(0.005)

    with served(answer) as (server, engine):
        generation = engine.generate(PROMPT, Sampling())
        last = [next(generation.pieces) for _ in range(3)][-1]  # nobody asks for a fourth
        assert last == "\n```"
        assert server.left.wait(1)
        assert generation.usage.finish == "stop"


def dripping(handler):
    handler.begin()
    for _ in range(400):
        handler.chunk(event("```bash\nls -l " if not _ else "x "))
        time.sleep(0.005)


@pytest.mark.parametrize("end", ["closed generator", "next question", "closed engine"])
def test_an_answer_that_is_left_is_ended_at_the_server(end) -> None:
    with served(dripping) as (server, engine):
        generation = engine.generate(PROMPT, Sampling())
        next(generation.pieces)
        assert not server.left.wait(0.05)
        if end == "closed generator":
            generation.pieces.close()
        elif end == "next question":
            engine.generate(PROMPT, Sampling())
        else:
            engine.close()
        assert server.left.wait(1)


def test_an_interrupt_ends_the_connections_at_once() -> None:
    def answer(handler):
        dripping(handler)

    def interrupt(text):
        raise KeyboardInterrupt

    with served(answer) as (server, engine):
        with pytest.raises(KeyboardInterrupt):
            engine.generate_several(PROMPT, Sampling(), 3, show=interrupt)
        assert server.left.wait(1)
        server.answer = lambda handler: handler.say([LS])
        assert text_of(engine) == LS  # and the engine can be used again


def failing(status, error=None, times=99, **headers):
    def answer(handler):
        if handler.number < times:
            handler.say_json(status, {"error": error or {"message": f"{QUESTION} {KEY}"}}, **headers)
        else:
            handler.say([LS])

    return answer


def fault_of(answer, **options):
    with served(answer, **options) as (server, engine), pytest.raises(ShellmateError) as caught:
        pieces_of(engine)
    error = caught.value
    assert "\n" not in str(error) and KEY not in str(error) and "plan" not in str(error)
    return error, server


@pytest.mark.parametrize("status", [400, 422])
def test_what_is_refused_is_not_told_again(status) -> None:
    def answer(handler):
        if "seed" in handler.body or "stream_options" in handler.body:
            handler.say_json(status, {"error": {"message": "extra fields: seed, stream_options"}})
        else:
            handler.say([LS])

    with served(answer) as (server, engine):
        assert text_of(engine) == text_of(engine) == LS
        assert len(server.asked) == 3
        assert server.asked[1][2]["temperature"] == 0


def test_the_newer_name_of_max_tokens_is_learned() -> None:
    def answer(handler):
        if "max_tokens" in handler.body:
            handler.say_json(400, {"error": {"message": "use 'max_completion_tokens' instead of 'max_tokens'"}})
        else:
            handler.say([LS])

    with served(answer) as (server, engine):
        assert text_of(engine, PROMPT, Sampling(33)) == LS
        assert server.asked[1][2]["max_completion_tokens"] == 33


def test_a_refusal_for_another_reason_is_one() -> None:
    error, server = fault_of(failing(400, {"message": QUESTION, "code": "bad_thing"}))
    assert isinstance(error, ModelError)
    assert "refuses the question with 400 (bad_thing)" in error.message
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused(status) -> None:
    error, server = fault_of(failing(status))
    assert error.message == f"{server.url} wants another key"
    assert error.mend == "set SHELLMATE_API_KEY"
    assert error.exit_code == ExitCode.MODEL
    assert fault_of(failing(status), key="")[0].message.endswith("wants a key")


def test_a_model_that_is_not_there_brings_those_that_are() -> None:
    error, server = fault_of(failing(404), model="huge")
    assert error.message == f"{server.url} has no model huge"
    assert error.mend == "set remote_model: big, bigger"
    assert server.gets == ["/v1/models"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_passes_is_waited_for(status) -> None:
    with served(failing(status, times=2)) as (server, engine):
        assert text_of(engine) == LS
        assert len(server.asked) == 3
    error, server = fault_of(failing(status))
    assert len(server.asked) == 3
    assert isinstance(error, ModelError)


def test_a_wait_that_is_asked_for_is_kept_and_a_long_one_is_not() -> None:
    with served(failing(429, times=1, Retry_After="0.3")) as (_, engine):
        start = time.monotonic()
        assert text_of(engine) == LS
        assert 0.3 <= time.monotonic() - start < 1.5
    error, server = fault_of(failing(429, {"code": "quota"}, Retry_After="60"))
    assert error.message.endswith("takes no more questions for now (quota)")
    assert len(server.asked) == 1


def test_a_question_that_is_too_long_is_said_to_be() -> None:
    error, _ = fault_of(failing(400, {"message": "This model's maximum context length is 10 tokens"}))
    assert isinstance(error, UsageError)


@pytest.mark.parametrize("where", ["chunk", "event", "clean"])
def test_a_stream_that_breaks_off_is_no_answer(where) -> None:
    def answer(handler):
        handler.begin()
        handler.chunk(event("```bash\nls"))
        if where == "clean":
            handler.chunk(b"")
        else:
            handler.wfile.write(b"40\r\ndata: {" if where == "chunk" else b"")
        handler.close_connection = True

    with served(answer) as (_, engine):
        got = []
        with pytest.raises(ShellmateError, match="broke off") as caught:
            for piece in engine.generate(PROMPT, Sampling()):
                got.append(piece)
    assert got == [SHELL, "ls"]
    assert not isinstance(caught.value, ModelError)


def test_an_error_in_the_stream_is_one() -> None:
    def answer(handler):
        handler.begin()
        handler.chunk(b'data: {"error": {"message": "%s", "type": "oops"}}\n\n' % QUESTION.encode())
        handler.chunk(b"")

    error, _ = fault_of(answer)
    assert "ended the answer with an error (oops)" in error.message


@pytest.mark.parametrize("body", [b"<html>hello</html>", b"data: {]\n\n", b"data: [1]\n\n"])
def test_what_is_no_api_is_said_to_be(body) -> None:
    def answer(handler):
        handler.begin()
        handler.chunk(body)
        handler.chunk(b"")

    error, _ = fault_of(answer)
    assert "does not answer as OpenAI's API does" in error.message


def test_silence_has_an_end() -> None:
    error, server = fault_of(lambda handler: time.sleep(0.6), timeout=0.2)
    assert error.message == f"cannot reach {server.url}: no answer within 0.2 s"
    assert "set remote_timeout" in error.mend

    def answer(handler):
        handler.begin()
        handler.chunk(event("```bash\n"))
        time.sleep(0.6)

    error, server = fault_of(answer, timeout=0.2)
    assert error.message == f"{server.url} has said nothing for 0.2 s"


def test_nobody_there() -> None:
    with served([LS]) as (server, _):
        url = server.url
    engine = ElsewhereEngine(url.replace("//", "//me:word@"), "big", KEY)
    with pytest.raises(ModelError) as caught:
        pieces_of(engine)
    assert caught.value.message == f"cannot reach {url}: connection refused"
    assert caught.value.mend == "check base_url, or set engine = local"


@pytest.mark.parametrize(
    ("base_url", "key"), [("localhost:1", ""), ("", ""), ("http://h:x/", ""), ("http://h", "ké\n1")]
)
def test_settings_that_are_none(base_url, key) -> None:
    with pytest.raises(UsageError):
        ElsewhereEngine(base_url, "big", key)


def test_the_words_go_to_no_other_host() -> None:
    def answer(handler):
        if handler.path == CHAT:
            handler.say_json(307, {}, Location=other.url + "/chat/completions")
        else:
            handler.say([LS])

    with served([LS]) as (other, _):
        error, _ = fault_of(answer)
        assert not other.asked
    assert "sends on to" in error.message


def test_the_same_host_may_send_on() -> None:
    def answer(handler):
        if handler.path == CHAT:
            handler.say_json(308, {}, Location="/v2/chat")
        else:
            handler.say([LS])

    with served(answer) as (server, engine):
        assert text_of(engine) == LS
        assert server.asked[1][2] == server.asked[0][2]


def several_answers(handler):
    """By seed: the first is said again by the second, the third is another; the fourth fails."""
    seed = handler.body["seed"] - 5
    if seed == 3:
        handler.say_json(400, {"error": "no"})
    else:
        handler.say(["Hm.\n```sh\n", ["ls", "ls", "ls -a", "", "find", "du", "df", "ps", "id", "pwd"][seed], "\n```\n"])


def test_several_are_distinct_and_the_first_is_first() -> None:
    shown = []
    with served(several_answers) as (server, engine):
        candidates, usage = engine.generate_several(PROMPT, Sampling(seed=5), 5, show=shown.append)
        asked = sorted((body["seed"], body["temperature"]) for _, _, body in server.asked)
    texts = [candidate.text for candidate in candidates]
    assert texts[0] == "```bash\nls\n```"
    assert texts == ["```bash\nls\n```", "```bash\nls -a\n```", "```bash\nfind\n```"]
    assert [(c.first, c.finished) for c in candidates] == [(True, True), (False, True), (False, True)]
    assert [c.logprob for c in candidates] == sorted((c.logprob for c in candidates), reverse=True)
    assert candidates[0].logprob == 0
    assert shown == [SHELL, "```bash\nls", "```bash\nls\n```"]
    assert asked == [(5, 0), (6, 0.8), (7, 0.8), (8, 0.8), (9, 0.8)]
    assert usage.tokens >= 8
    assert (usage.finish, usage.model) == ("stop", "big")


def test_several_are_asked_for_at_once_and_of_no_more_than_eight_threads() -> None:
    at_work, most, lock = [0], [0], threading.Lock()

    def answer(handler):
        with lock:
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
        time.sleep(0.15)
        with lock:
            at_work[0] -= 1
        handler.say([f"```bash\nls {handler.body['seed']}\n```"])

    with served(answer) as (server, engine):
        candidates, _ = engine.generate_several(PROMPT, Sampling(), 10, effort=Effort(patience=20))
    assert len(candidates) == len(server.asked) == 10
    assert 4 <= most[0] <= 8


def test_the_others_prompts_are_asked_too() -> None:
    other = Prompt((Message("system", "other"),), QUESTION, (SHELL,))
    with served([LS]) as (server, engine):
        engine.generate_several(PROMPT, Sampling(), 3, also=[other])
        engine.generate_several(PROMPT, Sampling(), 1, also=[other])
        systems = sorted(body["messages"][0]["content"] for _, _, body in server.asked)
    assert systems == ["other", "write", "write", "write"]


def test_the_first_s_fault_is_raised() -> None:
    with served(failing(401)) as (_, engine), pytest.raises(ModelError, match="another key"):
        engine.generate_several(PROMPT, Sampling(), 3)


def test_nobody_waits_for_the_slow_ones() -> None:
    def answer(handler):
        if handler.body["temperature"]:
            dripping(handler)
        else:
            handler.say([LS])

    with served(answer) as (server, engine):
        start = time.monotonic()
        candidates, _ = engine.generate_several(PROMPT, Sampling(), 3)
        assert time.monotonic() - start < 1.5
        assert [c.text for c in candidates] == [LS]
        assert server.left.wait(1)


def test_only_what_opens_so_is_looked_for() -> None:
    behind = Effort(behind=SHELL)
    with served(["```py\nprint(1)\n", "```"]) as (server, engine):
        candidates, _ = engine.generate_several(AUTO, Sampling(), 4, effort=behind)
        assert [(c.text, c.finished) for c in candidates] == [(PYTHON, False)]
        assert len(server.asked) == 1
        python = Prompt(PREFIX, QUESTION, (PYTHON,))
        candidates, _ = engine.generate_several(python, Sampling(), 4, effort=behind)
        assert [(c.text, c.finished) for c in candidates] == [(PYTHON, False)]
        assert len(server.asked) == 1
        server.answer = lambda handler: handler.say([f"```sh\nls {handler.body['seed']}\n```"])
        candidates, _ = engine.generate_several(AUTO, Sampling(), 4, effort=behind)
        assert len(candidates) == 4


def test_what_goes_between_is_asked_for_as_such() -> None:
    with served(["-name ", "x"]) as (server, engine):
        prompt = compose_infill("find . ", " | wc -l")
        assert text_of(engine, prompt, Sampling(stop="\n")) == "-name x"
        path, _, body = server.asked[0]
    assert path == "/v1/completions"
    assert (body["prompt"], body["suffix"], body["stop"]) == (*prompt.infill, ["\n"])


@pytest.mark.parametrize("status", [400, 404, 405, 501])
@pytest.mark.parametrize("said", ["```bash\n-name x\n```", "-name x", "```bash\nfind . -name x | wc -l\n```"])
def test_a_chat_fills_in_where_nothing_else_does(status, said) -> None:
    def answer(handler):
        if handler.path == CHAT:
            handler.say([said])
        else:
            handler.say_json(status, {"error": {"message": "suffix is not supported"}})

    with served(answer) as (server, engine):
        prompt = compose_infill("find . ", " | wc -l")
        for _ in range(2):
            assert text_of(engine, prompt, Sampling(stop="\n")).strip() == "-name x"
        candidates, _ = engine.generate_several(prompt, Sampling(stop="\n"), 2)
        assert [c.text.strip() for c in candidates] == ["-name x"]
        assert [path for path, _, _ in server.asked].count("/v1/completions") == 1
        assert "find . <CURSOR> | wc -l" in server.asked[1][2]["messages"][0]["content"]


def test_an_answer_is_written_by_way_of_the_usual_consumer() -> None:
    class Nothing:
        released = ""

        def __getattr__(self, name):
            return lambda *args: None

    def answer(handler):
        handler.say(["Sure:\n```sh\n", "if then\n" if handler.number == 0 else "ls -l\n", "```\nthat is all"])

    with served(answer) as (server, engine):
        answer, usage = write_answer(engine, PROMPT, Sampling(), lambda language: Nothing())
        assert (answer.language, answer.code.strip(), answer.cut) == ("shell", "ls -l", False)
        assert len(server.asked) == 2
        assert usage.finish == "stop"


def test_a_host_is_told_of_once(tmp_path) -> None:
    said, state = [], tmp_path / "a" / "state"
    for url in ("https://api.example.com/v1", "https://me:pw@api.example.com", "http://other.example:81/v1"):
        tell_once(state, url, said.append)
    assert [line.split(" go to ")[1].split(" ")[0] for line in said] == ["api.example.com", "other.example"]
    assert said[0].endswith("from now on (engine = http); said once")
    assert (state / "hosts").read_text() == "api.example.com\nother.example\n"
    assert (state / "hosts").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9:8080", "[::1]:80", "LOCALHOST.", "a.localhost"])
def test_this_machine_is_not_told_of(tmp_path, host) -> None:
    said = []
    tell_once(tmp_path, f"http://{host}/v1", said.append)
    assert not said and not list(tmp_path.iterdir())


def test_it_is_said_each_time_where_it_cannot_be_kept(tmp_path) -> None:
    (tmp_path / "state").write_text("a file")
    said = []
    for _ in range(2):
        tell_once(tmp_path / "state", "https://api.example.com/v1", said.append)
    assert len(said) == 2


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "example.com", "localhost.example.com", "127.0.0.1.example.com", "0.0.0.0"]
)
def test_what_leaves_this_machine(host) -> None:
    assert not is_loopback(host)


def test_an_address_is_shown_without_what_is_private() -> None:
    assert address_of("https://me:pw@[2001:db8::1]:8443/v1/?key=x") == "https://[2001:db8::1]:8443/v1"
