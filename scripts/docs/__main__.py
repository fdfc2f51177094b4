"""Write the completions, the man page and the reference from the code: python -m scripts.docs [--check]

With --check nothing is written: the files that differ from what would be are named, and the exit code is 1.
"""

import sys
from pathlib import Path

import scripts.docs.bash
import scripts.docs.fish
import scripts.docs.manpage
import scripts.docs.reference
import scripts.docs.zsh
from scripts.docs.tree import read_tree

CHECKOUT = Path(__file__).parents[2]
FILES = {
    "completions/shellmate.bash": scripts.docs.bash.render,
    "completions/_shellmate": scripts.docs.zsh.render,
    "completions/shellmate.fish": scripts.docs.fish.render,
    "man/shellmate.1": scripts.docs.manpage.render,
    "docs/reference.md": scripts.docs.reference.render,
}


def main(args: list[str]) -> int:
    if args not in ([], ["--check"]):
        sys.exit("usage: python -m scripts.docs [--check]")
    tree = read_tree()
    texts = {CHECKOUT / name: render(tree) for name, render in FILES.items()}
    stale = [file for file, text in texts.items() if not file.exists() or file.read_text(encoding="utf-8") != text]
    for file in stale:
        name = file.relative_to(CHECKOUT)
        if args:
            print(f"{name} is not what the commands say; `make docs` mends it", file=sys.stderr)
            continue
        file.parent.mkdir(exist_ok=True)
        file.write_text(texts[file], encoding="utf-8")
        print(f"{name} is written", file=sys.stderr)
    return 1 if args and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
