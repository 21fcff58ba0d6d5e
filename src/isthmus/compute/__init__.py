"""Where work runs: this process, processes of this machine, or a Dask cluster; and results that are never computed twice.

``unit`` is a piece of work with a name, ``arrays`` its result as a file, ``storage`` where files lie, ``place`` what ``--on``
says, ``run`` gives results in order, from whichever worker they come, ``workplace`` is all that a stage needs of it.
"""

from __future__ import annotations

from isthmus.compute.beside import beside
from isthmus.compute.place import Place, place_of, proved
from isthmus.compute.run import run
from isthmus.compute.storage import Folder, Storage, storage_at
from isthmus.compute.unit import Arrays, Unit
from isthmus.compute.workplace import Workplace

__all__ = ["Arrays", "Folder", "Place", "Storage", "Unit", "Workplace", "beside", "place_of", "proved", "run", "storage_at"]
