"""What the shell's own signs mean, in our words: operators, keywords, redirections, expansions."""

import re

from shellmate.request.command.commandline import Token, Word

OPERATORS = {
    "|": "hands the output of what is before it to what is behind it",
    "|&": "hands the output and the error messages of what is before it to what is behind it",
    "&&": "goes on only if what is before it succeeded",
    "||": "goes on only if what is before it failed",
    ";": "goes on when what is before it has ended, whether it failed or not",
    "&": "runs what is before it in the background and goes on at once",
    "(": "runs what is in the brackets in a shell of its own, which changes nothing in this one",
    ")": "ends the shell of its own",
    ";;": "ends this case",
    ";&": "goes on with the commands of the next case",
    ";;&": "goes on with the next case that matches",
}
KEYWORDS = {
    "!": "turns success into failure and failure into success",
    "case": "looks for the first of the patterns below that matches",
    "coproc": "runs what follows in the background, with pipes to and from it",
    "do": "begins what is repeated",
    "done": "ends what is repeated",
    "elif": "otherwise, if what follows succeeds",
    "else": "otherwise",
    "esac": "ends the cases",
    "fi": "ends the if",
    "for": "repeats what follows once for each of the words, with the word in the variable",
    "if": "asks whether what follows succeeds",
    "select": "lets the user choose one of the words, again and again",
    "then": "if so",
    "time": "measures how long what follows takes",
    "until": "repeats for as long as what follows fails",
    "while": "repeats for as long as what follows succeeds",
    "{": "begins a group of commands",
    "}": "ends the group of commands",
}
FUNCTION = "defines a function, which runs what follows when its name is called"
PATTERN = "in case of a match with this pattern"
TESTS = {"[[": "succeeds if the condition is true", "((": "computes; succeeds if the result is not 0"}
SUBSTITUTIONS = {
    "$(": "becomes what the command inside prints",
    "`": "becomes what the command inside prints",
    "$((": "becomes the result of this sum",
    "<(": "becomes the name of a file that holds what the command inside prints",
    ">(": "becomes the name of a file that hands what is written to it to the command inside",
}
_STREAMS = {"": "the output", "1": "the output", "2": "the error messages"}
_GLOB = re.compile(r"[*?]|\[[^\]]+\]")
_BRACES = re.compile(r"\{[^{}]*(?:,|\.\.)[^{}]*\}")


def describe_keyword(text: str) -> str:
    """What a keyword means, with what belongs to it, such as `for f in *.png`."""
    return KEYWORDS[re.match(r"[a-z]+|[!{}]", text)[0]]  # type: ignore[index]


def describe_redirection(token: Token) -> str:
    """What a redirection does with which stream."""
    target = token.word.raw if token.word else ""
    how = token.text.lstrip("0123456789")
    number = token.text[: len(token.text) - len(how)]
    stream = _STREAMS.get(number, f"the stream {number}")
    if how.startswith("{"):
        how = how.partition("}")[2]
        stream = "a new stream, whose number goes into the variable"
    if how in ("&>", "&>>") or (how == ">&" and not target.lstrip("-").isdigit() and target != "-"):
        stream, how = "the output and the error messages", ">>" if how == "&>>" else ">"
    if how in (">", ">|", ">>", "&>") and target == "/dev/null":
        return f"throws away {stream}"
    if how in (">&", "<&"):
        if target == "-":
            return f"closes {stream}" if number else "closes the input" if how == "<&" else "closes the output"
        if how == "<&":
            return f"takes the input from the stream {target}"
        return f"sends {stream} to where {_STREAMS.get(target, f'the stream {target}')} {_goes(target)}"
    return {
        ">": f"writes {stream} to {target}, whose old content is lost",
        ">|": f"writes {stream} to {target}, whose old content is lost, even where noclobber is set",
        ">>": f"appends {stream} to {target}",
        "<": f"reads the input{f' of stream {number}' if number not in ('', '0') else ''} from {target}",
        "<>": f"opens {target} for reading and writing",
        "<<<": "reads this text as the input",
        "<<": f"reads the lines below, up to {target}, as the input",
        "<<-": f"reads the lines below, up to {target}, without their tabs, as the input",
    }.get(how, "redirects a stream")


def _goes(stream: str) -> str:
    return "go" if stream == "2" else "goes"


def describe_expansion(word: Word) -> str:
    """What the shell makes of a word before the program sees it; empty where it leaves it as it is."""
    notes = []
    if word.bare.startswith("~"):
        notes.append("~ becomes the home directory")
    if word.variables:
        names = " and ".join(f"${name}" for name in word.variables)
        is_whole = word.value in (names, f"${{{word.variables[0]}}}")
        notes.append(f"becomes the value of {names}" if is_whole else f"the value of {names} is put in")
    if _BRACES.search(word.bare):
        notes.append("becomes one word for each choice in the braces")
    if _GLOB.search(word.bare):
        notes.append("becomes the names of the files that match")
    return "; ".join(notes)
