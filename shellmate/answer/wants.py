# ruff: noqa: E501
"""What words want of a command, and what a command does that gives it, or that nobody asked for.

Each entry is a pattern over a question in lower case and one over a command as `plain_form` has it. They were tried on
the worked examples in prompts/kinds, whose commands do what their words say.
"""

import re
from functools import cache

from shellmate.answer.meaning import meaning_of

_O = r" -\w*"  # an option alone or among others
_TIMES = r"(second|minute|hour|day|week|month|year)s?"
_CHOOSES = r"head|tail|sort|awk|sed|max|min|top|-m ?\d|\[|cut|NR"

WANTED = (
    # How many, which, in what order
    (r"\b(count(?! down)|how many|number of (?!days|hours|seconds|minutes|bytes|processors|the |each|lines? (to|of)|digits|col))"
     r"|多少个|几个|几行|统计|数量|行数",
     rf"\b(wc|nproc|lscpu|ulimit|getconf|bc|numfmt)\b| -c |--count|\+\+|\bNR\b|length|\+=|\(\(|\$\{{#|uniq{_O}c|count|--line-numbers|seq|{_O}n|-links|%"),
    (r"\b(count|how many|number) .{0,20}\blines\b|几行|行数", rf"\bwc\b|grep.*{_O}c|NR|\+\+|nl|count|\+=|--stat|--numstat|length"),
    (r"\bignor\w+ (the )?(letter )?case|case[- ]?insensitiv\w+|\bany[- ]case|regardless of case|忽略大小写|不区分大小写",
     rf"{_O}i| -(iname|ipath|iregex|ilname)|lower|upper|IGNORECASE|/[a-z]*I|nocase|--ignore-case|\[Aa\]"),
    (r"\brecursive|\bsub-?(director(y|ies)|folders?)\b|\b(director(y|ies)|folder) (tree|hierarchy)|at any depth|\b(tree|and below)$|\btree\b.*\b(for|under|of)\b"
     r"|递归|子目录", rf"\b(find|tree|rsync|du|fd|rg|tar|updatedb|locate|zip|scp)\b|\*\*|-[rR]\b|{_O}[rR]|--recursive"),
    (r"\bdo(es)?( not|n't) (search|go|look|descend|recurse)|not recursive|no recursion|non-?recursive|not (in|its) sub"
     r"|without (descending|sub-?|recurs|going)|\b(directly|immediately) (in|under|below|inside)|top[- ]level|first level|不包括子|不递归",
     r"-maxdepth|\bls\b|-prune|\bfor \w+ in|/\*|-d |-depth|--depth|-d\d"),
    (r"\b(unique|distinct|each once|duplicate lines|no duplicates|only once)\b|去重|不重复", rf"\buniq\b|sort.*{_O}u|seen|!\w+\[|\bcomm\b|group_by|unique|\]\+\+|--unique"),
    (r"\bline numbers?\b|行号", rf"{_O}n|\bnl\b|NR|--line-number|sed.* =|cat.*-[nb]|cmp|cut|head|tail"),
    (r"\b(empty|zero[- ](byte|length|size)\w*) (regular )?(files?|director|folders?)|(files?|folders?|director\w+) (that are|which are|is|are) empty"
     r"|\bsize (of )?(0|zero)\b|空(文件|目录)", r"-empty|-size 0|-size -1|touch|mkdir|>|truncate| -s |rmdir|! -s|-links|ls -A|wc|stat"),
    (r"\bhidden\b|隐藏", rf"{_O}[aA]|\.\*|\.\[|-name '?\.|--all|\bfind\b|--hidden"),
    (r"\bexcept|\bexclud|\bother than\b|\bdo(es)?( not|n't) (contain|match|own|end|start|begin|have|belong)|\bnot (contain|match|end|start|begin|own|named|readable)"
     r"|\bskip|\bomit|\bbut not\b|排除|除了|不包含", rf"!|-not|{_O}v|\^|--exclude|-prune|-maxdepth|-mindepth|--invert|{_O}L|\bcomm\b|--ignore|:!|tail|sed|awk|--skip|-I | -x |~|--no-|cut"),
    (r"\b(only|just) (the )?(file ?|base ?)?names?\b|file ?names? only|base ?names?\b|without (the |their )?(path|director|leading)|只.{0,6}名",
     rf"{_O}l|%f|basename|-printf|\bls\b|name-only|##|awk|cut|sed|comm=|{_O}o|-t\b"),
    (r"\b(size|sizes)\b.{0,12}\bonly\b|\bonly (the )?sizes?\b", r"%s|awk|cut|-c|-b|stat"),
    (r"\b(sort(ed|ing)?|order(ed)?)\b(?! of words)|in (alphabetical|numeric\w*|ascending|descending) order|alphabetical|排序|排列",
     rf"\bsort\b|--sort|\bls\b.*{_O}[StUXr]|asort|\btop\b|order by|sort_by|\bls [^-|]|\bls$|\bls\b(?!.*-U)|\btac\b|-o "),
    (r"\b(descending|(largest|biggest|newest|highest|longest|most frequent|most recent) first|in reverse|reverse order|reversed)\b|降序|倒序|从大到小",
     rf"{_O}\w*r|--reverse|\btac\b|\bls\b.*{_O}[tS]|\brev\b|--sort=-|\dn?r|reverse|desc|-k\S*r|--"),
    (r"\b(largest|biggest|smallest|longest|shortest|newest|oldest|latest|most recent(ly)?|most frequent|most common|highest|lowest)\b(?! first| level)|最[大小新旧长短]",
     rf"sort|\bls\b.*{_O}[tS]|max|min\b|length|--sort|uniq|>|-newer|wc{_O}L|\blast\b|ulimit|-S\b"),
    (r"\b(the|first|last|top|only) (\d+|two|three|four|five|six|seven|eight|nine|ten) (\w+ )?(lines?|files?|entr|director|process|words?|users|largest|biggest|smallest|oldest|newest|commits?)|前\d+|最[大小新旧].{0,4}\d+个",
     rf"{_CHOOSES}|-n ?\d|-\d|first|last|split|git|history|xargs|read|\$1|-c|ls|{{\d"),
    (r"\b(the )?(largest|biggest|smallest|longest|newest|oldest|latest) (file|line|director\w+|folder|word|process)\b(?!s)|\bfirst (line|word|column|field|entry|match)\b|\blast (line|word|column|field|entry)\b|最大的文件|第一行|最后一行",
     rf"{_CHOOSES}|-q|\$NF|\$1|NF|wc{_O}L|read|\{{1|tac|git|%%|##|-1|{_O}m"),
    (r"\blines? (number )?\d+ ?(to|through|and|-|–)", r"sed|awk|head|tail|NR|blame|cut"),
    (r"\b(average|mean)\b|平均", r"/|avg|mean|datamash|uptime|loadavg|\bw\b|top|ping"),
    (r"\b(total|sum)\b(?! number)|总和|总计|总大小", rf"\+|sum|{_O}[cs]|bc|total|add|free|df|\(\(|count|wc|%|--summ|NR|uniq"),
    (r"\bhuman|可读", rf"{_O}h|--human|numfmt|--si|-H"),
    # When
    (r"\b(\d+|an|one|a|few|half|last|two|three|\w+teen) (hours?|minutes?|mins?)\b.{0,8}|小时|分钟", r"min\b|hour|newer|date|sleep|timeout|watch|since|cron|uptime|\bat\b|-mtime -?0|until|shutdown|%[HMT]|time|\*/|3600|60"),
    (r"\b(modified|changed|accessed|created|older|newer|edited|touched)\b.{0,30}\b(days?|weeks?|months?)\b|天(前|内|以)|[天周]", r"time|newer|-d|since|after|date|until|tmpfiles|-t|%"),
    (r"\bmodified (in|within|during|over) the (last|past)|\b(in|within) the (last|past) \d+ (days|hours|minutes)", r"time -|min -|newer|since|-d|-[acm](min|time)|date|until|find|last"),
    (r"\b(older than|more than|over|before) .{0,20}\b(days?|hours?|minutes?|weeks?) ?(ago|old)?\b", r"time \+|min \+|! -newer|-not -newer|until|before|date|-t|newermt|! -|find .* \+"),
    # What is done
    (r"^(\w+ly )?(deletes?|removes?|erase|wipe)\b|删除|清除|移除", r"\b(rm|rmdir|unlink|shred)\b|-delete|\bd\b|/d|sed|\btr\b|grep.* -v|awk|\$\{|uniq|userdel|groupdel|git|remove|purge|-r|\bcut\b|del|unset|unalias|prune|docker|kubectl|apt|col|sort|-d"),
    (r"^(\w+ly )?(rename|renames)\b|重命名|改名", r"\bmv\b|rename|\bmmv\b|git|docker|usermod|groupmod|tmux|hostnamectl|zip"),
    (r"^(\w+ly )?moves?\b|移动", r"\bmv\b|rsync|git|tar|-exec|find|tmux|docker|\bbg\b|disown|rename"),
    (r"^(\w+ly )?cop(y|ies)\b|复制|拷贝", r"\bcp\b|rsync|\bscp\b|install|\bdd\b|tar|cat|cpio|>|ssh-copy-id|docker|xclip|wl-copy|pbcopy|chmod|tee"),
    (r"\b(create|make|makes) (a |an |the |new |empty |nested )*(director(y|ies)|folders?)\b|(创建|新建).*(目录|文件夹)", r"mkdir|mktemp|install|cp -r"),
    (r"\b(create|make)s? (a |an |the |new |empty )*files?\b|(创建|新建).*文件", r"touch|>|tee|truncate|fallocate|dd|mktemp|install|cp|split|tar|printf"),
    (r"\b(create|make)s? .{0,20}(symbolic|soft|sym|hard)[ -]?link|\bsymlink .* to\b|创建.*链接", r"\bln\b|cp -\w*[sl]"),
    (r"^(\w+ly )?(archive|compress|zip|gzip|pack|tar)\b|^create .{0,30}(tar|archive|zip)\b|压缩|打包", r"tar|zip|gz|xz|zst|bz|7z|cpio|\bar\b|compress"),
    (r"^(\w+ly )?(extract|unpack|decompress|uncompress|unzip|gunzip|untar)\b.{0,40}\.(tar|t?gz|zip|bz2|xz|zst|tgz)|解压", r"tar.*x|unzip|gunzip|-d|zcat|cpio|7z|unxz|unzstd|bunzip|x"),
    (r"\b(replace|replaces|substitute|swap out)\b|替换", r"sed|\btr\b|sub\(|perl|\$\{|rename|expand|\bed\b|jq|\bmv\b|fmt|paste|git|iconv|cp"),
    (r"^(\w+ly )?append|追加", r">>|tee.* -\w*a|\$a|-r|-a|sed|--append|\+=|awk|zip"),
    (r"\b(save|saving|write|writes|store|redirect)\b.{0,60}\b(to|in|into|as) .{0,30}\.\w|\b(in)?to (a |the )?(single |new |one )?file\b(?!s)|写入|保存到|输出到", r">|\btee\b|-[oOcw]|--output|\bcp\b|of=|install|tar|split|zip|\bln\b|sed"),
    (r"\bkeep(ing)? (the )?(original|source|input)|preserving the original|保留原", rf"{_O}k|-c|--keep|\bcp\b|-i\.|>|-b\b"),
    (r"\b(a )?back-?up\b.{0,20}\b(of (each|every|the original)|copy)|(keep|make|with) (a )?back-?up", r"-i\.|-i ?\.|\bcp\b|-b|--backup|\.bak|tar|rsync|~|dump|>"),
    # What is spoken of
    (r"\bpermissions?\b|权限", rf"chmod|-perm|%[aA]|\bls\b.*{_O}l|stat|umask|acl|chown|-p|-m|install|-a|namei|-l|getfacl"),
    (r"\bmd5( ?sums?)?\b", r"md5"), (r"\bsha ?-?256", r"sha256|256"), (r"\bbase ?64\b", r"base64"),
    (r"\bdisk usage\b|磁盘使用", r"\bdu\b|\bdf\b|ncdu|quota"),
    (r"\bfree (disk )?space\b|\bfile ?system (disk )?space|剩余空间", r"\bdf\b|stat -f|lsblk"),
    (r"\b(director(y|ies)|folders?) (only|names?)\b|\bonly (the )?(director|folder)|\b(all|find|list|empty|which|how many|number of|count) (the )?(sub-?)?(director(y|ies)|folders)\b|所有(子)?目录|空目录",
     r"-type d|-d|\*/|rmdir|du|tree|basename|dirname|\bls\b.*grep|-F|\bdf\b|dirs|-empty|%h|diff|path|mkdir|chmod"),
    (r"\bregular files?\b", r"-type f|-f |grep|\^-|--"),
    (r"\b(long|detailed) (listing|format|list)\b|\bdetails\b|详细", rf"{_O}l|-ls|stat|--long|-v|-x"),
    (r"\binodes?\b", rf"{_O}i|-inum|-i|%i|inode"),
    (r"\bexit (status|code)\b|退出码", r"\$\?|\|\||&&|exit|if |-q|PIPESTATUS|wait|true|false|--fail|!"),
    (r"\bfollow (the )?(log|file|output)|实时|as (it|they) (grow|come|arrive)", r"-\w*[fFw]|watch|--follow"),
    (r"\bpid\b|process id|进程号", r"pid|\$\$|pgrep|\bps\b|pidof|lsof|fuser|jobs|\$!|ss|/proc"),
    (r"\bevery (\d+ )?(seconds?|minutes?)|每\d*(秒|分钟)", r"watch|sleep|cron|\*/|-n|while|-i|-d|vmstat|\d"),
    (r"\bin (the )?background\b|后台", r"&|bg|nohup|setsid|-d|jobs|screen|tmux|systemd-run|disown"),
)  # fmt: skip

# What a command does that its question has to ask for.
UNASKED = (
    (r"\b(rm|rmdir|shred|unlink)\b| -delete\b", r"delet|remov|eras|wipe|clean|clear|purg|prun|drop|rid of|rotat|keep|tidy|discard|overwrit|删|清|移除|undo|uninstall|replace|rm\b|kill"),
    (r"\bmv\b", r"mov|renam|put|replac|into|revers|swap|back|归|移|改名|重命名|mv|exten|chang|sort the|shift|organi|prefix|suffix|add|append|lower|upper"),
    (r"\b(mkdir|touch|truncate|mktemp|ln|chmod|chown|chgrp|useradd|kill|pkill|killall|fuser)\b",
     r"creat|mak|new|set|chang|add|link|permission|mode|execut|writ|own|group|kill|stop|end|terminat|signal|touch|updat|empty|cut|reserve|unpack|extract|into|to|temp|folder|user|give|allow|port|shrink|mkdir|建|改|加|杀|停|终止|权限|point|prevent|turn|fill|release|copy|move|save|put|reload|mark"),
    (r"\bsed .*-i|\bsed .*--in-place|\bperl .*-\w*i", r"replac|chang|edit|in[- ]place|delet|remov|insert|add|append|substitut|convert|turn|comment|updat|put|strip|set|trim|rename|prefix|switch|join|swap|bump|put|squeez|enable|disable|替换|删|改|加|插|mak|redact|mask|fix|wrap|indent|escape|every|uncomment|quote|double|move|clear"),
    (r" >>? (?!/dev/null|&)", r"sav|writ|creat|into|to (a |the )?(file|\S*\.)|stor|append|redirect|output|put|in(to)? |to |as |mak|add|empty|combin|concat|merg|generat|export|convert|dump|back|log|copy|keep|clear|set|写|保存|追加|导出|split|turn|replac|join|extract|discard|compress|list|fill|truncat|>|pack|append|with|enable|lower|upper|sort"),
    (r"\bwc\b", r"count|how many|number|total|length|long|word|size|lines|char|byte|多少|几|统计|数|行|字|amount|wc|sum|more than|at least|less than|fewer|empty|any|tall|wide|is there"),
    (r" -maxdepth 1 ", r"only|not|direct|current|without|top|level|immediate|in |this|itself|first|each|every|不|当前|own|depth|subdirector|here|of |under /?\w+ but"),
    (r"\b(uniq|sort .*-u)\b", r"uniq|duplicate|distinct|once|differ|each|every|count|how (many|often)|frequen|common|per |repeat|times|number of|set |both|same|most|by |次|重|每|occur|group|top|all the|which|histogram|extension|one|only|new|missing|languages|merge|union|list"),
    (r"\b(head|tail)\b", r"first|last|top|\d|one|two|three|four|five|six|ten|begin|start|end|newest|oldest|latest|largest|smallest|biggest|longest|shortest|most|least|recent|head|tail|lines?|follow|log|previous|highest|lowest|except|without|skip|random|byte|前|后|最|some|few|next|single|heading|grow|version|any|max|min|total|sum"),
    (r" -(mtime|mmin|ctime|cmin|atime|amin|newer\w*) ", rf"{_TIMES}|old|new|recent|modif|chang|access|since|after|before|today|yesterday|last|ago|late|touched|read|天|小时|分钟|周|月|最近|修改|edited|created|\d{{4}}|time"),
    (r" -(size) ", r"size|large|big|small|more|less|bytes?|\d ?[kmg]|mb|gb|kb|empty|zero|huge|over|大|小|空|between|exactly|heav"),
    (r" -(perm|user|group|nouser|nogroup) ", r"permission|mode|own|user|group|execut|writ|read|set[ug]id|suid|sgid|sticky|belong|root|rights|权限|属于|用户|\b\d{3,4}\b|access|nobody|everyone|world"),
    (r"\bcut\b|\bawk [^|]*print \$\d", r"column|field|name|only|first|second|third|last|word|each|of|user|ip|part|extract|just|size|number|address|id|list|which|count|host|value|列|字段|名|path|\d|key|second|time|date|shell|version|status|process|char|total|sum|pid|port|by|per|device|most|domain|mount|gateway|percent|free|used|lines? (that|where|with)|kernel"),
    (r"\bsudo\b", r"sudo|root|install|system|user|mount|service|kill|port|privileg|admin|restart|reboot|update|安装|firewall|upgrade|package|group|own|/etc|/var|/root|cron|disk|kernel"),
    (r"\bgrep\b[^|]* -\w*o", r"only|extract|match|email|ip|url|number|word|addres|each|all|occurrenc|count|every|part|list|pull|get|find|digits|dates?|version|names?|values?|strings?|tags?|phone|提取|hash|token|how (often|many)|codes?|times|id|unique|distinct|hex|which"),
    (r"\bgrep\b[^|]* -\w*i|-iname", r"case|any|ignor|upper|lower|capital|insensitiv|大小写|regardless|whatever|image|jpe?g|png|photo|gif|pictures?|error|warn|or not|both"),
    (r"\b(reboot|shutdown|halt|poweroff)\b", r"reboot|restart|shut|power|halt|turn|off|stop|重启|关机"),
    (r"\b(convert|ffmpeg|curl|wget|ssh|scp|git|docker)\b", r"image|png|jpe?g|gif|video|audio|mp[34]|mov|wav|pdf|http|url|download|web|ftp|ssh|remote|host|server|git|commit|branch|repo|docker|container|image|api|request|upload|send|fetch|cop|下载|提交|分支|容器|图片|视频|合并|tag|stash|post|header|site|page|version|fast|ip|merge|photo|resiz|diff|work|chang|rebase|log|blame|remote|push|pull|index|stag|clone|checkout|file|weather|public|status|undo|hunk|bisect|worktree|submodule|conflict|author|config|history|clip|frame"),
)  # fmt: skip


@cache
def plain_form(code: str) -> str:
    """A command's tokens with blanks between and around."""
    return f" {' '.join(meaning_of(code))} "


def count_unmet(words: str, code: str) -> int:
    """In how many ways a command lacks what its question wants."""
    asked, plain = words.lower(), plain_form(code)
    return sum(bool(re.search(wants, asked)) and not re.search(gives, plain) for wants, gives in WANTED)


def count_unasked(words: str, code: str) -> int:
    """How many things a command does that its question does not speak of."""
    asked, plain = words.lower(), plain_form(code)
    return sum(bool(re.search(does, plain)) and not re.search(asks, asked) for does, asks in UNASKED)
