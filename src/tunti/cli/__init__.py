"""The command line: ``tunti new``, ``check``, ``template``, ``access``, ``locate``, ``plan``.

Exit codes: 0 done; 1 something else is wrong and the message says what; 2 the input has errors (or the command was
written wrongly); 3 no network keeps all the rules; 130 interrupted, nothing half-written.
"""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import traceback

from tunti.cli.app import app
from tunti.cli.help import translated
from tunti.cli.show import complain, print_json, show_findings
from tunti.errors import Infeasible, InputError, TuntiError
from tunti.findings import Level, Message, say
from tunti.locale import LANGUAGES, translator


def main(arguments: list[str] | None = None) -> int:
    """Run a command and end the process with its exit code.

    Parameters
    ----------
    arguments : list of str, optional
        Words of the command, those of the process by default.

    Returns
    -------
    int
        Never returns when called as the program: it exits with the code.
    """
    words = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in words
    language = _language(words)
    code = 0
    try:
        translated(app, language)(words, prog_name="tunti", standalone_mode=True)
    except InputError as problem:
        if as_json:
            print_json({"error": problem.text(language), "findings": [f.as_dict(language) for f in problem.findings]})
        show_findings([f for f in problem.findings if f.level is not Level.NOTE], language)
        code = 2
    except Infeasible as problem:
        if as_json:
            print_json({"error": problem.text(language), "reasons": [r.text(language) for r in problem.reasons]})
        for reason in problem.reasons:
            complain(reason.text(language))
        code = 3
    except TuntiError as problem:
        if as_json:
            print_json({"error": problem.text(language)})
        complain(problem.text(language))
        code = 1
    except (KeyboardInterrupt, SystemExit) as ended:
        # Typer turns Ctrl-C into an exit with the code 130; other exits have said what they had to say.
        if isinstance(ended, SystemExit) and ended.code != 130:
            raise
        complain(translator(language)("Interrupted; nothing was left half-written."))
        code = 130
    except OSError as problem:
        what = refused(problem).text(language)
        if as_json:
            print_json({"error": what})
        complain(what)
        code = 1
    except Exception as problem:
        # A fault of the program, not of the input: the details go into a file that can be sent along.
        handle, log = tempfile.mkstemp(prefix="tunti-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8") as details:
            traceback.print_exc(file=details)
        what = say(
            "Something went wrong inside Tunti ({kind}); no result was written. Details for a report are in {log}.",
            kind=type(problem).__name__,
            log=log,
        ).text(language)
        if as_json:
            print_json({"error": what})
        complain(what)
        code = 1
    sys.exit(code)


def refused(problem: OSError) -> Message:
    """Say in a planner's words why the disk did not take or give a file."""
    name = "" if problem.filename is None else str(problem.filename)
    if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return say("The disk is full. Free some room and try again; nothing was left half-written.")
    if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return say("You may not write or read {name} here. Choose another folder, or ask for the right.", name=name)
    return say("The disk did not take or give the file {name} (error {number}).", name=name, number=problem.errno or 0)


def _language(words: list[str]) -> str:
    from tunti.cli.options import language_of

    for i, word in enumerate(words):
        given = words[i + 1] if word == "--lang" and i + 1 < len(words) else word.partition("--lang=")[2]
        # An unknown language is refused by the option itself, in the language of the environment.
        if given[:2] in LANGUAGES:
            return language_of(given)
    return language_of(None)


if __name__ == "__main__":
    main()
