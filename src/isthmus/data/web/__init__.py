"""How answers are fetched: over HTTPS from public addresses, politely, within limits; or from a folder.

``client`` asks and asks again, ``exchange`` sends one request, ``addresses`` says where to, ``answer`` is what
adapters read, ``folder`` serves files saved by hand.
"""

from __future__ import annotations

from isthmus.data.web.addresses import Policy
from isthmus.data.web.answer import Answer
from isthmus.data.web.client import Client, Unchanged, Web
from isthmus.data.web.exchange import Limits
from isthmus.data.web.folder import Folder

__all__ = ["Answer", "Client", "Folder", "Limits", "Policy", "Unchanged", "Web"]
