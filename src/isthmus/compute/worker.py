"""What a worker does with a unit: the result from storage, or computed, written and then read by whoever wants it."""

from __future__ import annotations

from isthmus.compute.arrays import decode, encode
from isthmus.compute.storage import Storage
from isthmus.compute.unit import Arrays, Unit, done


def stored(unit: Unit, storage: Storage) -> Arrays | None:
    """Result of a unit, None where there is none or it is damaged."""
    content = storage.read(unit.address)
    if content is None:
        return None
    try:
        return decode(content)
    except ValueError:
        return None


def work(unit: Unit, storage: Storage) -> str:
    """Do a unit and keep its result; return where it is."""
    storage.write(unit.address, encode(done(unit)))
    return unit.address
