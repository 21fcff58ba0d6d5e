"""Other programs' instances: opened, run and scored here."""

from __future__ import annotations
