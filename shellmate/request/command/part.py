"""One part of an explained command."""

from dataclasses import dataclass

SHELL, OWN, NOWHERE = "shell", "shellmate", ""


@dataclass(frozen=True)
class Part:
    """`kind` is program, command (of a program, as git's commit), option, argument, assignment, redirection, operator
    or keyword. `source` is man, --help or bash for a text of this machine, shell or shellmate for one of ours, empty
    where nothing is known; `depth` counts the commands it is inside of."""

    text: str
    kind: str
    meaning: str
    source: str
    depth: int = 0
    at: int = 0

    @property
    def is_merely_named(self) -> bool:
        """Whether the meaning says no more than whose argument it is."""
        return self.kind == "argument" and " argument of " in self.meaning
