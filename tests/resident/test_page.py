"""The page for a browser: over HTTP, and in a real Chromium, with an engine behind the server that says what a test
wants it to."""

import asyncio
import json
import re
import shutil
import socket
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from selenium import webdriver
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from shellmate.engine.engine import Usage
from shellmate.prompt.prompt import Message, Prompt
from shellmate.resident import wire
from shellmate.resident.app import make_app
from shellmate.resident.page import routes
from shellmate.resident.peers import OwnPeersOnly
from shellmate.resident.pool import BusyError

pytestmark = pytest.mark.slow

MODEL, TOKEN = "qwen2.5-coder-0.5b", "a-token_of-urlsafe-letters"
PREFIX = (Message("system", "Write code."), Message("user", "list files"), Message("assistant", "```sh\nls\n```"))
FILES = {"/": "text/html", "/page.css": "text/css", "/page.js": "text/javascript"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
CODE = 'import csv\n\nwith open("a.csv") as file:\n    print(len(list(csv.reader(file))))'
ANSWER = f"Count with `csv`:\n\n```python\n{CODE}\n```\n\nThat is all."
HOSTILE = '<img src=x onerror="window.hacked=1"></script><script>window.hacked=1</script><b>&amp;</b>'
SECONDS = 8  # to wait for what should take a fraction of one


class FakePool:
    """A pool of which the engine says `pieces`: a piece that is an event is waited for. `asked` are the prompts;
    `closed` is set when somebody stopped listening to what it says."""

    is_loaded, busy, waiting, evaluated = True, 0, 0, {"batches": 0, "tokens": 0}

    def __init__(self) -> None:
        self.asked: list[Prompt] = []
        self.will()

    def will(self, *pieces: str | threading.Event, finish: str = "stop", failure: Exception | None = None) -> None:
        self.closed = threading.Event()
        self._told = (pieces, finish, failure, self.closed)

    async def run(self, work: Any, prompt: Prompt, keeping: Any = None) -> AsyncGenerator[dict[str, Any], None]:
        pieces, finish, failure, closed = self._told
        self.asked.append(prompt)
        try:
            for piece in pieces:
                if isinstance(piece, str):
                    yield {"piece": piece}
                while isinstance(piece, threading.Event) and not piece.is_set():
                    await asyncio.sleep(0.005)
            if failure:
                raise failure
            yield {"usage": wire.write_usage(Usage(finish=finish))}
        except (GeneratorExit, asyncio.CancelledError):
            closed.set()
            raise


class Page:
    """A tab with the page in it. It is waited for whatever is looked for."""

    def __init__(self, driver: webdriver.Chrome, origin: str):
        self.driver, self.origin = driver, origin
        self.run = driver.execute_script

    def open(self, token: str = TOKEN) -> "Page":
        self.driver.get(f"{self.origin}/#{token}" if token else f"{self.origin}/")
        return self

    def find(self, selector: str) -> WebElement:
        return self.until(lambda: self.all(selector))[-1]

    def all(self, selector: str) -> list[WebElement]:
        script = "return [...document.querySelectorAll(arguments[0])].filter((each) => each.checkVisibility())"
        return self.run(script, selector)

    def texts(self, selector: str) -> list[str]:
        script = "return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent)"
        return self.run(script, selector)

    def until(self, condition: Callable[[], Any]) -> Any:
        return WebDriverWait(self.driver, SECONDS, poll_frequency=0.02).until(lambda _: condition())

    def ask(self, words: str) -> None:
        self.find("#words").send_keys(words, Keys.ENTER)

    def answer(self) -> WebElement:
        """The last one, at its end."""
        return self.find('.answer[aria-busy="false"]')

    def words(self) -> str:
        return self.find("#words").get_property("value")

    def emulate(self, width: int = 1000, height: int = 800, **features: str) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        wanted = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": wanted})

    def complaints(self) -> list[str]:
        """What the browser has logged since it was last asked, but for errors that a server answered with."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["source"] != "network"]

    def requests(self) -> list[str]:
        """The addresses that were asked for since that was last asked."""
        logged = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [each["params"]["request"]["url"] for each in logged if each["method"] == "Network.requestWillBeSent"]


@contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """A real server on a free port of the loopback; gives its origin."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, http=OwnPeersOnly, lifespan="off", log_config=None, log_level="critical", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@contextmanager
def serving_chat(chat: Callable[[Any], Any]) -> Iterator[str]:
    """A server with the page, and another one's way of answering."""

    answering = Route("/v1/chat/completions", chat, methods=["POST"])
    with serving(Starlette(routes=[*routes(MODEL, PREFIX), answering])) as place:
        yield place


@pytest.fixture(scope="module")
def only_pool() -> FakePool:
    return FakePool()


@pytest.fixture(scope="module")
def origin(only_pool: FakePool) -> Iterator[str]:
    with serving(make_app(only_pool, MODEL, TOKEN, routes(MODEL, PREFIX))) as place:
        yield place


@pytest.fixture
def pool(only_pool: FakePool) -> FakePool:
    """The one behind the server, which has forgotten the test before."""
    only_pool.asked = []
    only_pool.will()
    return only_pool


@pytest.fixture(scope="module")
def http(origin: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=origin, trust_env=False, verify=False) as client:
        yield client


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    tool = shutil.which("chromedriver")
    if not browser or not tool:
        pytest.fail("there is no Chromium: install chromium and chromium-driver", pytrace=False)
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with webdriver.Chrome(options, webdriver.ChromeService(tool)) as running:
        yield running


@pytest.fixture
def page(driver: webdriver.Chrome, origin: str) -> Iterator[Page]:
    """A tab of its own, which must not have complained in the end, nor asked anybody else."""
    first = driver.current_window_handle
    driver.switch_to.new_window("tab")
    tab = Page(driver, origin)
    tab.complaints(), tab.requests()
    yield tab
    complaints, requests = tab.complaints(), tab.requests()
    driver.close()
    driver.switch_to.window(first)
    assert complaints == []
    assert [url for url in requests if not url.startswith((f"{origin}/", "data:", "about:"))] == []


@pytest.mark.parametrize(("path", "kind"), FILES.items())
def test_headers(http, path, kind):
    told = http.get(path)
    assert told.status_code == 200 and told.headers["content-type"] == f"{kind}; charset=utf-8"
    assert told.headers["content-security-policy"] == POLICY
    assert told.headers["cache-control"] == "no-cache"
    assert told.headers["x-content-type-options"] == "nosniff"
    assert told.headers["referrer-policy"] == "no-referrer"
    assert http.head(path).status_code == 200


def test_only_the_page_is_open(http):
    for path in ("/v1/models", "/start.json", "/page", "/page/page.js", "/page.py", "/..%2fapp.py"):
        assert http.get(path).status_code == 401, path
    known = {"Authorization": f"Bearer {TOKEN}"}
    for path in ("/page/page.js", "/page.py", "/..%2fapp.py"):
        assert http.get(path, headers=known).status_code == 404, path


def test_the_files_have_nothing_inline_and_no_other_address(http):
    texts = {path: http.get(path).text for path in FILES}
    assert not re.search(r"<style|\sstyle=|\son\w+\s*=|javascript:", texts["/"])
    assert re.findall(r"<script[^>]*>[^<]*", texts["/"]) == ['<script type="module" src="/page.js">']
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", texts["/page.js"])
    assert set(re.findall(r"https?://[^'\" )]*", "".join(texts.values()))) == {"http://www.w3.org/2000/svg"}
    assert "url(" not in texts["/page.css"] and "@import" not in texts["/page.css"]


def test_an_answer_appears_piece_by_piece(page, pool):
    gates = [threading.Event() for _ in range(4)]
    begin = ("Count with ", gates[0], "`csv`:\n\n``", gates[1], "`py", "thon\nimport csv\npri", gates[2])
    pool.will(*begin, "nt(1)\n``", gates[3], "`\nDone.")
    page.open()
    assert page.until(lambda: page.texts("#model") == [MODEL])
    page.ask("count rows")
    assert page.until(lambda: page.texts(".answer .body") == ["Count with"])
    assert page.texts(".user .body") == ["count rows"] and page.words() == ""
    gates[0].set()
    assert page.until(lambda: page.texts(".answer .body code") == ["csv"])
    assert page.texts(".answer .body") == ["Count with csv:"]  # half a fence is not shown
    gates[1].set()
    assert page.until(lambda: page.texts(".answer pre code") == ["import csv\npri"])  # though it is not closed
    assert page.texts(".answer .language") == ["python"]
    page.run("window.seen = document.querySelector('pre code').firstChild")
    gates[2].set()
    assert page.until(lambda: page.texts(".answer pre code") == ["import csv\nprint(1)"])  # and no half a fence
    gates[3].set()
    page.answer()
    assert page.texts(".answer pre code") == ["import csv\nprint(1)"]
    assert page.texts(".answer .words") == ["Count with csv:", "Done."]
    assert page.run("return window.seen === document.querySelector('pre code').firstChild")  # it was not drawn anew
    assert page.all("#send") and not page.all("#stop")


def test_the_whole_conversation_is_sent_and_new_begins_anew(page, pool):
    page.open()
    for number, question in enumerate(("one", "two")):
        pool.will(f"answer {number}")
        page.ask(question)
        page.until(lambda: page.texts('.answer[aria-busy="false"] .body')[-1:] == [f"answer {number}"])  # noqa: B023
    (first, second) = pool.asked
    assert first.prefix == second.prefix == PREFIX[:1]
    assert (first.turns, first.suffix) == (PREFIX[1:], "one")
    assert second.turns == (*PREFIX[1:], Message("user", "one"), Message("assistant", "answer 0"))
    assert second.suffix == "two"
    page.find("#anew").click()
    assert page.texts(".message") == [] and page.find("#hello")
    page.ask("three")
    page.answer()
    assert pool.asked[-1].turns == PREFIX[1:] and pool.asked[-1].suffix == "three"


@pytest.mark.parametrize("has_clipboard", [True, False])
def test_copy_gives_exactly_the_code(page, pool, has_clipboard):
    pool.will(ANSWER)
    page.open()
    grant = {"origin": page.origin, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    page.driver.execute_cdp_cmd("Browser.grantPermissions", grant)
    if not has_clipboard:
        page.run("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.ask("count rows")
    page.answer()
    page.find(".copy").click()
    assert page.until(lambda: page.texts(".copy") == ["Copied"]) and page.texts("#said") == ["Copied"]
    assert page.run("return document.activeElement.className") == "copy"
    page.find("#words").send_keys("<", Keys.CONTROL + "v")
    assert page.until(lambda: page.words() == f"<{CODE}")
    if has_clipboard:
        assert page.until(lambda: page.texts(".copy") == ["Copy"])


def test_hostile_text_is_only_text(page, pool):
    pool.will(f"{HOSTILE} `{HOSTILE}`\n```{HOSTILE}\n{HOSTILE}\n</code></pre>{HOSTILE}\n```\n", finish="length")
    page.open()
    page.ask(HOSTILE)
    page.answer()
    assert page.texts(".user .body") == [HOSTILE] and page.texts(".answer .words") == [f"{HOSTILE} {HOSTILE}"]
    assert page.texts("pre code") == [f"{HOSTILE}\n</code></pre>{HOSTILE}"]
    assert page.texts(".language") == [HOSTILE.split()[0]] and page.texts(".note") != []
    assert page.run("return [document.images.length, document.scripts.length, window.hacked ?? null]") == [0, 1, None]


def test_stop_keeps_what_came_and_ends_the_engine(page, pool):
    pool.will("Some of it\n```sh\nls", threading.Event())
    page.open()
    page.ask("list files")
    page.until(lambda: page.texts("pre code") == ["ls"])
    assert not pool.closed.is_set() and not page.all("#send")
    page.find("#stop").click()
    page.answer()
    assert pool.closed.wait(SECONDS)
    assert page.texts("pre code") == ["ls"] and page.texts(".note") == ["Stopped."]
    assert page.all("#send") and page.run("return document.activeElement.id") == "words"
    pool.will("more")
    page.ask("go on")
    page.until(lambda: len(page.all('.answer[aria-busy="false"]')) == 2)
    assert [turn.content for turn in pool.asked[-1].turns[2:]] == ["list files", "Some of it\n```sh\nls"]


def test_stop_before_anything_came_gives_the_words_back(page, pool):
    pool.will(threading.Event())
    page.open()
    page.ask("list files")
    page.find("#stop").click()
    assert page.until(lambda: page.words() == "list files") and page.texts(".message") == []
    assert pool.closed.wait(SECONDS)


def test_new_ends_an_answer_that_is_being_written(page, pool):
    pool.will("Some", threading.Event())
    page.open()
    page.ask("list files")
    page.until(lambda: page.texts(".answer .body") == ["Some"])
    page.find("#anew").click()
    assert pool.closed.wait(SECONDS)
    pool.will("other")
    page.ask("again")
    assert page.answer().text.endswith("other") and pool.asked[-1].turns == PREFIX[1:] and page.words() == ""
    assert len(page.all(".message")) == 2


def test_the_token_leaves_the_address_and_stays_in_the_tab(page, pool):
    pool.will("yes")
    page.open()
    assert page.until(lambda: page.texts("#model") == [MODEL])
    assert page.driver.current_url == f"{page.origin}/"
    page.driver.refresh()
    page.ask("is it known")
    page.answer()
    assert not page.all("#key")


@pytest.mark.parametrize("pasted", [TOKEN, f"  http://127.0.0.1:8080/#{TOKEN} "])
def test_without_a_token_it_says_where_that_is(page, pasted):
    page.open(token="")
    assert "shellmate serve --web" in page.find("#key").text
    assert page.run("return document.activeElement.id") == "token"
    page.find("#token").send_keys("错的", Keys.ENTER)
    assert page.until(lambda: "wrong" in page.find("#why").text)
    page.find("#token").send_keys(pasted, Keys.ENTER)
    assert page.until(lambda: not page.all("#key")) and page.texts("#model") == [MODEL]
    assert page.run("return document.activeElement.id") == "words"


def test_a_wrong_token_is_said_and_mended(page, pool):
    pool.will("yes")
    page.open("wrong")
    page.ask("hello")
    assert "shellmate serve --web" in page.find(".failed").text
    assert page.words() == "hello" and page.texts(".user") == [] and pool.asked == []
    page.find("#token").send_keys(TOKEN, Keys.ENTER)
    page.until(lambda: not page.all("#key"))
    page.ask("")
    assert page.answer().text.endswith("yes") and page.texts(".failed") == []
    assert [prompt.suffix for prompt in pool.asked] == ["hello"]  # once, though it was sent twice


def test_an_answer_that_breaks_off_is_kept_and_one_that_is_empty_is_not(page, pool):
    page.open()
    gate = threading.Event()
    pool.will("half of", gate, failure=BusyError("the model fell over"))
    page.ask("hello")
    page.until(lambda: page.texts(".answer .body") == ["half of"])
    gate.set()
    assert page.until(lambda: "broke off" in page.find(".failed").text)
    assert page.texts(".answer .body") == ["half of"] and page.words() == ""
    pool.will("")
    page.ask("nothing to say")
    assert page.until(lambda: "no answer" in page.find(".failed").text)
    assert page.words() == "nothing to say" and len(page.texts(".message")) == 3


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"error": {"message": "too many wait already; ask again in a while"}}, "too many wait already; ask again in a while."),
        ({"error": {"message": "internal error: KeyError"}}, "internal error: KeyError. Ask again"),
        ("none of ours", "status 503. Ask again"),
    ],
)  # fmt: skip
def test_what_the_server_complains_of_is_said(page, body, told):
    async def chat(request: Any) -> JSONResponse:
        return JSONResponse(body, 503)

    with serving_chat(chat) as place:
        Page(page.driver, place).open().ask("hello")
        assert told in page.find(".failed").text and page.words() == "hello"
        page.requests()  # these went to another server than the one that the fixture knows


def test_a_server_that_is_gone_is_said(page, pool):
    with serving(make_app(pool, MODEL, TOKEN, routes(MODEL, PREFIX))) as place:
        Page(page.driver, place).open()
        page.until(lambda: page.texts("#model") == [MODEL])
    page.ask("hello")
    assert "shellmate serve --web" in page.find(".failed").text and page.words() == "hello"
    page.requests()  # these went to another server than the one that the fixture knows


def test_keys(page, pool):
    pool.will("yes")
    page.open()
    words = page.find("#words")
    words.send_keys("two", Keys.SHIFT + Keys.ENTER + Keys.NULL, "lines")
    assert page.words() == "two\nlines" and pool.asked == []
    composing = "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true})"
    assert page.run(f"return arguments[0].dispatchEvent({composing})", words)
    assert page.texts(".message") == []
    words.send_keys(Keys.TAB, Keys.NULL)
    assert page.run("return document.activeElement.id") == "send"
    assert page.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.driver.switch_to.active_element.send_keys(Keys.ENTER)
    page.answer()
    assert [prompt.suffix for prompt in pool.asked] == ["two\nlines"]
    unnamed = "return [...document.querySelectorAll('input, textarea, button')].filter((each) => !(each.labels?.length || each.textContent.trim())).length"
    assert page.run(unnamed) == 0


def test_the_reader_is_followed_only_at_the_end(page, pool):
    gates = [threading.Event(), threading.Event()]
    lines = [f"line {number}\n" for number in range(60)]
    pool.will(*lines, gates[0], *lines, gates[1], *lines)
    page.emulate()
    page.open()
    page.ask("talk")
    gap = "return document.documentElement.scrollHeight - innerHeight - scrollY"
    page.until(lambda: page.texts(".body")[-1].count("line") == 60)
    assert page.run(gap) < 2
    gates[0].set()
    page.until(lambda: page.texts(".body")[-1].count("line") == 120)
    assert page.run(gap) < 2
    page.run("scrollTo(0, 100)")
    gates[1].set()
    page.answer()
    assert page.run("return scrollY") == 100 and page.run(gap) > 1000


def test_nobody_else_is_asked(page, pool):
    pool.will(ANSWER)
    page.open()
    page.ask("count rows")
    page.answer()
    asked = {url for url in page.requests() if not url.startswith("data:")}
    assert {url.partition("#")[0].removeprefix(page.origin) for url in asked} == {
        *FILES,
        "/start.json",
        "/v1/chat/completions",
    }
    assert page.complaints() == []
    # And where the page did ask, the policy would stop it, and the log would tell.
    page.run("fetch('http://127.0.0.1:1/').catch(() => {}); document.body.setAttribute('style', 'color: red')")
    complaints = " ".join(page.until(page.complaints))
    assert "connect-src" in complaints and "style-src" in complaints


def test_schemes_and_contrast(page, pool):
    pool.will(ANSWER, finish="length")
    page.open()
    page.ask("count rows")
    page.answer()
    pool.will("")
    page.ask("again")
    page.find(".failed")
    page.run("document.querySelector('#key').hidden = false")
    for scheme, least, most in (("light", 0.9, 1), ("dark", 0, 0.05)):
        page.emulate(prefers_color_scheme=scheme)
        ground, ratios = page.run(CONTRASTS)
        assert least <= ground <= most
        assert len(ratios) > 20 and min(ratios)[0] >= 4.5, (scheme, min(ratios))  # WCAG 2, AA


def test_the_page_never_scrolls_sideways(page, pool):
    pool.will(f"A{'a' * 300} `{'b' * 300}`\n```{'c' * 90}\n{'d ' * 300}\n```\n", finish="length")
    page.open()
    page.run("document.querySelector('#words').value = 'w'.repeat(300)")
    page.ask("")
    page.answer()
    page.run("document.querySelector('#key').hidden = false")
    for width in (360, 1000):
        page.emulate(width)
        assert page.run("return document.documentElement.clientWidth") > width - 20
        assert page.run("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert page.run("const area = document.querySelector('pre'); return area.scrollWidth > area.clientWidth")
        assert page.run(BEYOND) == []


def test_nothing_moves_where_that_is_not_wanted(page, pool):
    pool.will(threading.Event())
    page.open()
    page.ask("hello")
    page.find('.answer[aria-busy="true"]')
    for wish, moves in (("reduce", "none"), ("no-preference", "breathe")):
        page.emulate(prefers_reduced_motion=wish)
        shown = "return getComputedStyle(document.querySelector('.answer .body'), '::after').animationName"
        assert page.run(shown) == moves


def test_events_are_read_wherever_they_are_cut(page):
    """In the middle of characters and of line ends, with what the protocol allows and this server does not send."""
    told = ""
    for end, content in (("\n", "统计 "), ("\r\n", "€"), ("\r", "𝄞")):
        told += end.join(
            (": ping", "event: x", 'data:{"choices": [{"delta":', f'data: {{"content": "{content}"}}}}]}}')
        )
        told += end.join(("", "", "id: 1", "", 'data: {"choices": []}', "", ""))
    told += "data: [DONE]\r\r"

    async def chat(request: Any) -> StreamingResponse:
        async def cut() -> AsyncGenerator[bytes, None]:
            for part in re.findall(rb"[\x80-\xff]|\r|[^\x80-\xff\r]+", told.encode()):
                yield part
                await asyncio.sleep(0.01)  # so that the browser does not put them together again

        return StreamingResponse(cut(), media_type="text/event-stream")

    with serving_chat(chat) as place:
        Page(page.driver, place).open().ask("count")
        assert page.answer().text.endswith("统计 €𝄞") and page.texts(".failed") == []
        page.requests()  # these went to another server than the one that the fixture knows


@pytest.mark.model
def test_the_real_engine_answers_as_the_command_does(driver, another, run):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = another("--web", "--tcp", f"127.0.0.1:{port}").start()
    said = server.process.stderr.readline().decode()
    address = re.fullmatch(r"shellmate: open (http://127\.0\.0\.1:\d+/#\S+)\n", said)
    assert address, said
    origin, token = address[1].split("/#")
    page = Page(driver, origin).open(token)
    assert page.until(lambda: page.texts("#model") == [MODEL])
    page.ask("count csv column mean")
    WebDriverWait(driver, 60).until(lambda _: page.all('.answer[aria-busy="false"]'))
    assert page.texts(".failed") == []
    code = page.texts("pre code")[0]
    assert code.strip() and page.texts(".language")[0] in ("python", "bash")
    assert code.rstrip() == run("--effort", "fast", "count csv column mean").stdout.rstrip()


CONTRASTS = """
const linear = (part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
const light = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
const parts = (color) => color.match(/[\\d.]+/g).map(Number);
const behind = (element) => {
  const color = parts(getComputedStyle(element).backgroundColor);
  return color[3] === 0 ? behind(element.parentElement) : color;
};
const hasText = (each) => each.value || [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
const all = [...document.querySelectorAll("body *")].filter((each) => each.checkVisibility() && hasText(each));
const ratios = all.map((each) => {
  const [low, high] = [light(parts(getComputedStyle(each).color)), light(behind(each))].sort((a, b) => a - b);
  return [(high + 0.05) / (low + 0.05), each.outerHTML];
});
return [light(parts(getComputedStyle(document.body).backgroundColor)), ratios];
"""
BEYOND = """
const all = [...document.querySelectorAll("body *:not(pre *)")];
return all.filter((each) => each.getBoundingClientRect().right > innerWidth).map((each) => each.outerHTML);
"""
