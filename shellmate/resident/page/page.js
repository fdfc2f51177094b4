// What the model writes only ever becomes text nodes, so that none of it can be markup.

const KEPT_AS = "shellmate-token";
const NEAR = 48; // pixels from the end of the page at which a reader counts as being there
const SECONDS_COPIED = 2;
const OPENING = /^([ \t]*)(`{3,}|~{3,})[ \t]*([^\s`]*)[^`]*$/;
const HALF_AN_OPENING = /^[ \t]*(``?|~~?)$/;
const INLINE = /(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/g;

const NO_TOKEN = "This page needs its token.";
const WRONG_TOKEN = "The token is missing or wrong.";
const TOKEN_MEND = "Open the address that `shellmate serve --web` prints in your terminal, or paste it at the top.";
const GONE = "shellmate does not answer. Start `shellmate serve --web` again, and open the address that it prints.";
const CUT = "The answer broke off. Ask again; where that does not help, start `shellmate serve --web` again.";
const NOTHING = "There was no answer. Ask in other words, or begin anew with New.";

const at = Object.fromEntries([...document.querySelectorAll("[id]")].map((element) => [element.id, element]));
const drawn = new WeakMap(); // of each text block, what it shows
let token = "";
let begun = []; // what each conversation begins with, which is not shown, as {role, content}
let messages = []; // the conversation, in the same form
let running = null; // the AbortController of the answer that is being written

/** What is shown to the reader as it is: what happened, and what mends it. */
class Failure extends Error {}

function keepToken(given) {
  // A header can only hold ASCII, and a token is such: anything else has to come out as a wrong one.
  token = encodeURIComponent(given.slice(given.lastIndexOf("#") + 1).trim());
  try {
    sessionStorage.setItem(KEPT_AS, token);
  } catch {
    // A browser that keeps nothing asks for the token again when the page is loaded again.
  }
}

function recallToken() {
  try {
    token = sessionStorage.getItem(KEPT_AS) ?? "";
  } catch {
    token = "";
  }
}

function askForToken(why) {
  at.why.textContent = why;
  at.key.hidden = false;
}

async function begin() {
  if (location.hash.length > 1) {
    keepToken(location.hash);
    history.replaceState(null, "", location.pathname);
  } else {
    recallToken();
  }
  if (token) {
    at.words.focus();
    await start();
  } else {
    askForToken(NO_TOKEN);
    at.token.focus();
  }
}

async function start() {
  try {
    const { model, messages: first } = await (await call("/start.json")).json();
    begun = first;
    at.model.textContent = model;
    at.key.hidden = true;
  } catch {
    at.model.textContent = "not connected";
  }
}

/** The response, where it is a good one. Throws Failure, and what an abort throws. */
async function call(path, options = {}) {
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
  const response = await fetch(path, { ...options, headers, credentials: "omit", cache: "no-store" }).catch((error) => {
    throw error.name === "AbortError" ? error : new Failure(GONE);
  });
  if (response.status === 401) {
    askForToken(WRONG_TOKEN);
    throw new Failure(`${WRONG_TOKEN} ${TOKEN_MEND}`);
  }
  if (!response.ok) throw new Failure(await complaintOf(response));
  return response;
}

async function complaintOf(response) {
  const told = await response.json().catch(() => ({}));
  const message = told.error?.message ?? `the server answered with status ${response.status}`;
  const mend = message.includes("; ") ? "" : " Ask again, or begin anew with New."; // most messages bring their own
  return `shellmate could not answer: ${message}.${mend}`;
}

/** The data of each server-sent event, wherever the body is cut into chunks. */
async function* eventsOf(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let data = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      // A carriage return at the end of a chunk may be half a line's end, so it waits for what follows.
      const ends = done ? /\r\n|\n|\r/ : /\r\n|\n|\r(?!$)/;
      const lines = (rest + decoder.decode(value, { stream: !done })).split(ends);
      rest = lines.pop();
      for (const line of lines) {
        if (line.startsWith("data:")) data.push(line.slice(line[5] === " " ? 6 : 5));
        else if (line === "" && data.length) yield data.splice(0).join("\n");
      }
      if (done) return;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function ask() {
  const question = at.words.value.trim();
  if (!question || running) return;
  const mine = new AbortController();
  for (const old of at.log.querySelectorAll(".failed")) old.remove();
  const asked = addMessage("You", "user");
  asked.lastChild.textContent = question;
  const answer = addMessage("shellmate", "answer");
  messages.push({ role: "user", content: question });
  at.words.value = "";
  setRunning(mine, answer);
  scrollTo(0, document.documentElement.scrollHeight);

  const got = { text: "", finish: "", failure: "" };
  try {
    await listen(mine.signal, got, () => follow(() => draw(answer.lastChild, got.text, false)));
  } catch (error) {
    if (!mine.signal.aborted) got.failure = error instanceof Failure ? error.message : CUT;
  }
  if (running !== mine) return; // New was pressed: there is nothing left of this conversation
  setRunning(null, answer);
  follow(() => (got.text ? conclude(answer, got, mine.signal.aborted) : takeBack(asked, answer, question)));
  if (got.failure) follow(() => addMessage("Not answered", "failed").lastChild.append(...inlineOf(got.failure)));
}

/** Has the conversation answered, into `got`: text, finish. Throws Failure, and whatever a broken stream throws. */
async function listen(signal, got, show) {
  const body = JSON.stringify({ messages: [...begun, ...messages], stream: true });
  const response = await call("/v1/chat/completions", { method: "POST", body, signal });
  for await (const data of eventsOf(response.body)) {
    if (data === "[DONE]") {
      if (got.text) return;
      throw new Failure(NOTHING);
    }
    const choice = JSON.parse(data).choices[0];
    got.finish = choice?.finish_reason ?? got.finish;
    if (choice?.delta?.content) {
      got.text += choice.delta.content;
      show();
    }
  }
  throw new Failure(CUT);
}

function conclude(answer, got, wasStopped) {
  messages.push({ role: "assistant", content: got.text });
  draw(answer.lastChild, got.text, true);
  if (wasStopped) answer.append(make("p", "note", "Stopped."));
  else if (got.finish === "length") answer.append(make("p", "note", "This is as long as an answer may be."));
}

function takeBack(asked, answer, question) {
  messages.pop();
  asked.remove();
  answer.remove();
  at.words.value = at.words.value ? `${question}\n${at.words.value}` : question;
}

function setRunning(controller, answer) {
  running = controller;
  at.stop.hidden = !controller;
  at.send.hidden = Boolean(controller);
  answer?.setAttribute("aria-busy", String(Boolean(controller))); // screen readers wait for the whole of it
}

function stop() {
  running?.abort();
  at.words.focus(); // the button is about to vanish, and what has the focus with it
}

function beginAnew() {
  stop();
  setRunning(null);
  messages = [];
  at.log.replaceChildren();
}

function make(name, className, text = "") {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

function addMessage(who, kind) {
  const message = make("article", `message ${kind}`);
  message.append(make("p", "who", who), make("div", "body"));
  at.log.append(message);
  return message;
}

/** Do what changes the page's height, and stay at the end where the reader is there. */
function follow(change) {
  const page = document.documentElement;
  const isAtEnd = page.scrollHeight - innerHeight - scrollY < NEAR;
  change();
  if (isAtEnd) scrollTo(0, page.scrollHeight);
}

/** An answer as blocks, {isCode, language, text}; of one that is not whole, half a fence at its end is left out. */
function blocksOf(answer, isWhole) {
  const blocks = [];
  const lines = answer.split("\n");
  let fence = null; // {mark, indent} while inside
  for (const [number, line] of lines.entries()) {
    const bare = line.trim();
    const isLast = number === lines.length - 1;
    if (fence && bare.length >= fence.mark.length && bare === fence.mark[0].repeat(bare.length)) {
      fence = null;
      blocks.push({ isCode: false, lines: [] });
    } else if (fence) {
      if (isLast && (line === "" || (!isWhole && bare && fence.mark.startsWith(bare)))) continue;
      blocks.at(-1).lines.push(line.startsWith(fence.indent) ? line.slice(fence.indent.length) : line.trimStart());
    } else if (OPENING.test(line)) {
      const [, indent, mark, language] = OPENING.exec(line);
      fence = { mark, indent };
      blocks.push({ isCode: true, language, lines: [] });
    } else if (isWhole || !isLast || !HALF_AN_OPENING.test(line)) {
      if (!blocks.length) blocks.push({ isCode: false, lines: [] });
      blocks.at(-1).lines.push(line);
    }
  }
  const joined = blocks.map(({ lines: own, ...block }) => ({ ...block, text: own.join("\n") }));
  return joined.map((block) => (block.isCode ? block : { ...block, text: block.text.trim() })).filter(isShown);
}

const isShown = (block) => block.isCode || block.text;

/** Show an answer. Blocks that are there already stay the same elements: what is selected in them stays selected. */
function draw(body, answer, isWhole) {
  const blocks = blocksOf(answer, isWhole);
  for (const [number, block] of blocks.entries()) {
    let element = body.children[number];
    if (!element || element.matches(".code") !== block.isCode) {
      const fresh = block.isCode ? makeCode() : make("div", "words");
      if (element) element.replaceWith(fresh);
      else body.append(fresh);
      element = fresh;
    }
    if (block.isCode) fillCode(element, block);
    else if (drawn.get(element) !== block.text) {
      element.replaceChildren(...inlineOf(block.text));
      drawn.set(element, block.text);
    }
  }
  while (body.children.length > blocks.length) body.lastChild.remove();
}

function makeCode() {
  const block = make("div", "code");
  const bar = make("div", "bar");
  const button = make("button", "copy", "Copy");
  const area = make("pre", "");
  const code = make("code", "");
  code.append("");
  button.type = "button";
  button.addEventListener("click", () => copy(code, button));
  area.tabIndex = 0; // so that the keyboard can scroll it
  bar.append(make("span", "language"), button);
  area.append(code);
  block.append(bar, area);
  return block;
}

function fillCode(element, { language, text }) {
  const shown = element.querySelector("code").firstChild;
  if (text.startsWith(shown.data)) shown.appendData(text.slice(shown.data.length));
  else shown.data = text;
  element.querySelector(".language").textContent = language || "code";
}

function inlineOf(text) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    nodes.push(text.slice(from, found.index), make("code", "", found[2]));
    from = found.index + found[0].length;
  }
  return [...nodes, text.slice(from)];
}

async function copy(code, button) {
  const isCopied = await navigator.clipboard?.writeText(code.textContent).then(
    () => true,
    () => false,
  );
  const said = isCopied || copyBySelecting(code.textContent) ? "Copied" : "Not copied";
  if (said === "Not copied") getSelection().selectAllChildren(code); // Ctrl-C does the rest
  button.textContent = at.said.textContent = said;
  button.focus();
  setTimeout(() => {
    button.textContent = "Copy";
    at.said.textContent = "";
  }, SECONDS_COPIED * 1000);
}

/** The way for pages that browsers give no clipboard to, such as one over plain HTTP from another machine. */
function copyBySelecting(text) {
  const area = make("textarea", "unseen");
  area.value = text;
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  return isCopied;
}

at.words.addEventListener("keydown", (event) => {
  // Enter ends a composition, of Chinese for one, before it sends; Safari tells that by the code 229 alone.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  ask();
});
at.ask.addEventListener("submit", (event) => {
  event.preventDefault();
  at.words.focus();
  ask();
});
at.key.addEventListener("submit", async (event) => {
  event.preventDefault();
  keepToken(at.token.value);
  at.token.value = "";
  await start();
  if (at.key.hidden) at.words.focus();
});
at.stop.addEventListener("click", stop);
at.anew.addEventListener("click", beginAnew);
addEventListener("hashchange", begin);
begin();
