"""Whether words are about the code before them, or stand on their own: a judgement by how they begin.

A change begins with what is to be different, or points back; a question of its own says what to do with what.
"""

import re

_BEGINNINGS = (
    "now|and|but|also|then|instead|only|just|no|not|yes|ok(ay)?|please|without|with|(do )?(the )?same|again|rather",
    "actually|make (it|them|that|this)|what (if|about)|how about|why not|(can|could|does|should|let) (it|you|we)",
    "do not|don't|turn (it|this|that)|add|remove|drop|rename|ignore|skip|include|exclude|keep|handle|raise|return",
    "change|replace|sort|order|limit|reverse|simplify|shorten|use|in|as|by|per|for|from|to|at (most|least)|less|more",
    "fewer|first|last|top|ascending|descending|newest|oldest|largest|smallest|biggest|recursive(ly)?|case|retry",
    "timeout|one",
)
_CHINESE = (
    "^(能|可以|如果|要是|假如|那|再|也|只|不|别|去掉|加|增加|添加|改|换|把它|让它|按|用|请|现在|另外|还|忽略|保留|返回|抛出)",
    "它|这个|这段|那个|上面|改成|改为|换成|怎么办",
    r"[前后]\d+|^.{1,4}$",
)
_ALONE = (
    "write|create|show me|give me|find|list|display|print|count|get|download|ping|how (do|can) i",
    r"(an? )?\w* ?(function|class|script|program|regex|command|one-?liner)\b",
    "(reverse|sort|rename|replace|remove) (an?|all) ",
    "写|查找|列出|查看|显示所有|创建|生成|下载|统计",
)
_BEGINS_A_CHANGE = rf"({'|'.join(_BEGINNINGS)})\b"
_IN_CHINESE = "|".join(_CHINESE)
_STANDS_ALONE = rf"(please )?({'|'.join(_ALONE)})"
_POINTS_BACK = r"\b(it|them|they|instead|too|as well|just|only|the (code|command|function|script) above)\b"
# A path, quoted words, a file, a variable.
_NAMES_SOMETHING = r"[\w.~]*/[\w.]|[\"'`].+[\"'`]|\b\w+\.[a-z]\w{0,3}\b|\$\{?\w"
_MOST_WORDS, _FEW_WORDS = 10, 2  # of what changes something; of what can hardly stand on its own
_LANGUAGES = {
    "python": r"\b(in|as|with|to|into|using) (a )?python\b|^python\b|python\s*(版|实现|代码)|用\s*python",
    "shell": r"\b(in|as|with|to|into|using) (an? )?(shell|bash|zsh|sh|awk|sed|one-?liner)\b|^(bash|shell)\b"
    r"|用\s*(bash|shell|awk|sed)|(shell|bash)\s*(版|命令|脚本)",
}


def is_change(words: str) -> bool:
    """Whether words are about the code before them, rather than a question that stands on its own."""
    text = words.strip().lower()
    if re.search("[\u4e00-\u9fff]", text):
        return bool(re.search(_IN_CHINESE, text)) and not re.match(_STANDS_ALONE, text)
    count = len(text.split())
    if count > _MOST_WORDS or re.search(_NAMES_SOMETHING, text):
        return False
    if re.search(_POINTS_BACK, text):
        return True
    if re.match(_STANDS_ALONE, text):
        return False
    return count <= _FEW_WORDS or bool(re.match(_BEGINS_A_CHANGE, text))


def named_language(words: str) -> str:
    """The language that words ask for, or nothing."""
    return next((name for name, said in _LANGUAGES.items() if re.search(said, words, re.IGNORECASE)), "")
