"""Runs a command and turns what went wrong into words and an exit code."""

from __future__ import annotations

import errno
import json
import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import asdict

from isthmus.cli import arguments
from isthmus.disclosure import clean, clean_error, refuse_request
from isthmus.errors import IsthmusError, OutputError

INTERRUPTED = 130
PIPE_CLOSED = 141

REMEDIES = {
    errno.ENOSPC: "free some space, or choose another folder with --out",
    errno.EDQUOT: "free some of your quota, or choose another folder with --out",
    errno.EFBIG: "raise the limit on file sizes, or choose another folder with --out",
    errno.EACCES: "choose a folder you may write to with --out",
    errno.EPERM: "choose a folder you may write to with --out",
    errno.EROFS: "choose a folder that is not read-only with --out",
    errno.ENOTDIR: "choose a folder, not a file, with --out",
    errno.ENAMETOOLONG: "choose a shorter name with --out",
}
"""System errors that are the place's fault, not ours, and what to do about each."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``isthmus`` with these arguments (default: those of the process).

    Returns:
        The exit code, as listed in ``docs/cli.md``.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    as_json = "--json" in words
    try:
        return _run(words)
    except IsthmusError as error:
        return _report(clean_error(error), as_json=as_json)
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted. Finished stages are kept: the same command goes on from there.\n")
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return PIPE_CLOSED
    except Exception as error:  # noqa: BLE001  the trace is printed, but not what it says of people
        return _unexpected(error, as_json=as_json)


def _unexpected(error: Exception, *, as_json: bool) -> int:
    """Say what the system refused; or print the trace of an error of ours, cleaned as every message is."""
    if not isinstance(error, OSError) or error.errno not in REMEDIES:
        sys.stderr.write(clean(traceback.format_exc()))
        return 1
    if error.filename is None:
        _drop_output()
    return _report(clean_error(_as_output_error(error)), as_json=as_json)


def _run(words: Sequence[str]) -> int:
    refuse_request(" ".join(word for word in words if "/" not in word and not word.isdigit()), where="command line")
    options = arguments.parse(words)
    if options.command is None:
        sys.stderr.write(arguments.help_text())
        return 2
    from isthmus.cli import commands

    commands.COMMANDS[options.command](options)
    sys.stdout.flush()
    return 0


def _as_output_error(error: OSError) -> OutputError:
    return OutputError.one(
        where=str(error.filename or "output"),
        expected="to be able to write here",
        found=error.strerror or str(error),
        remedy=REMEDIES[error.errno or 0],
    )


def _report(error: IsthmusError, *, as_json: bool) -> int:
    if as_json:
        content = {
            "error": {
                "kind": type(error).__name__,
                "exit_code": error.exit_code,
                "problems": [asdict(problem) for problem in error.problems],
            }
        }
        sys.stdout.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    else:
        title = f"{len(error.problems)} problems\n" if len(error.problems) > 1 else ""
        sys.stderr.write(f"isthmus: {title}{error}\n")
    return error.exit_code


def _drop_output() -> None:
    """Send what standard output still holds to nowhere, or closing it at exit would fail once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
