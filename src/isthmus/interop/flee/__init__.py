"""Flee's conflict instances: opened, run by Flee's rules in compiled code, scored, and learned from.

``read_instance`` reads a folder and says everything that is wrong with it, ``run_instance`` runs it, ``score`` measures
how far a run is from what was observed; ``run_flee`` does all of that for the command line. `Quirk` lists what Flee
does otherwise than its documentation says: ``flee-compat`` keeps it, ``fixed`` does not.

From files to counts: `rows`, `settings`, `geography`, `series` → `instance` → `schedule`, `routes`, `arrivals` →
`compiled` (plain C arrays, named in `world`) → `kernel`, whose machine code `native` keeps → `run`.
"""

from __future__ import annotations

from isthmus.interop.flee.instance import Instance, read_instance
from isthmus.interop.flee.job import run_flee
from isthmus.interop.flee.metrics import Scores, score
from isthmus.interop.flee.quirks import Mode, Quirk
from isthmus.interop.flee.rows import InstanceError
from isthmus.interop.flee.run import Run, run_instance

__all__ = ["Instance", "InstanceError", "Mode", "Quirk", "Run", "Scores", "read_instance", "run_flee", "run_instance", "score"]
