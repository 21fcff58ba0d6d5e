"""The command line: ``isthmus COMMAND``, documented in ``docs/cli.md``.

``arguments`` says what may be typed, ``commands`` does it, ``progress`` and ``show`` print, ``entry`` turns
errors into words and exit codes. Nothing here holds science, and nothing heavy is imported before a command
needs it.
"""

from __future__ import annotations

from isthmus.cli.entry import main

__all__ = ["main"]
