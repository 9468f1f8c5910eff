"""The few errors that Tunti raises; each can be shown to a planner as it is."""

from __future__ import annotations

from collections.abc import Sequence

from tunti.findings import Finding, Message, say


class TuntiError(Exception):
    """Something that the user can mend: the message says what and how.

    Parameters
    ----------
    message : Message or str
        What went wrong and what to do about it.
    """

    def __init__(self, message: Message | str) -> None:
        super().__init__(str(message))
        self.message = message

    def text(self, language: str = "en") -> str:
        """Say the error in a language."""
        return self.message.text(language) if isinstance(self.message, Message) else self.message


def reason_of(problem: TuntiError) -> Message:
    """Give the first reason of an error, which says most, with what to do about it."""
    if isinstance(problem, InputError) and problem.findings:
        first = problem.findings[0]
        ended = first.what.template.endswith((".", "!", "?"))
        return say("{what} {to_do}" if ended else "{what}. {to_do}", what=first.what, to_do=first.what_to_do)
    if isinstance(problem, Infeasible) and problem.reasons:
        return problem.reasons[0]
    return problem.message if isinstance(problem.message, Message) else Message(problem.message)


class InputError(TuntiError):
    """The input has errors; all of them are in ``findings``.

    Parameters
    ----------
    findings : sequence of Finding
        Everything that was found, warnings and notes too.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        first = next((f for f in self.findings if f.level == "error"), self.findings[0] if self.findings else None)
        where = "" if first is None else f": {first.table} {first.row or ''} {first.column or ''}: {first.what}"
        super().__init__(f"{len(self.findings)} findings in the input{where}")


class Infeasible(TuntiError):
    """No network keeps all the rules; ``reasons`` says which rules and places conflict.

    Parameters
    ----------
    reasons : sequence of Message
        One sentence each; the last ones name what is cheapest to give up.
    """

    def __init__(self, reasons: Sequence[Message]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(" ".join(str(r) for r in self.reasons))

    def text(self, language: str = "en") -> str:
        """Say all reasons in a language."""
        return " ".join(r.text(language) for r in self.reasons)
