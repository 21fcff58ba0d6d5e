"""Long work in processes of its own: a queue in the database, workers that take from it, a supervisor that keeps them going.

A job is ``queued``, ``running``, then ``done``, ``failed`` or ``cancelled``. A worker that dies loses nothing: its job goes back
into the queue, and the run folder keeps what was finished.
"""

from __future__ import annotations

from isthmus.serve.jobs.queue import Job, State, cancel, find, listing, submit

__all__ = ["Job", "State", "cancel", "find", "listing", "submit"]
