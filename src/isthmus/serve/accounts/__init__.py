"""Who may do what: teams and users, passwords, sessions, API tokens, throttled logins, and the log of what was done."""

from __future__ import annotations

from isthmus.serve.accounts.rights import ROLES, Right, Visitor

__all__ = ["ROLES", "Right", "Visitor"]
