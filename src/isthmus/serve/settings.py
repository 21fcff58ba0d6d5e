"""Where the server keeps its things, whom it answers, and its limits."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from isthmus.compute.place import place_of
from isthmus.errors import InputError

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]", "::1")


def is_loopback(host: str) -> bool:
    """Whether an address or name can only be this machine."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def default_home() -> Path:
    """``$ISTHMUS_SERVE``, or a folder of the user's own data."""
    if given := os.environ.get("ISTHMUS_SERVE"):
        return Path(given)
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "isthmus" / "serve"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request, one team and one job may take."""

    upload_bytes: int = 5_000_000
    """Largest body of a request."""
    jobs_waiting: int = 50
    """Most jobs of one team that wait or run."""
    job_seconds: dict[str, float] = field(default_factory=lambda: {"run": 4 * 3600.0, "scenario": 900.0, "outputs": 4 * 3600.0})
    """Longest time of a job by kind; after it the job is stopped."""
    attempts: int = 20
    """How often a job is begun again after its worker was lost without getting on."""
    login_failures: int = 5
    """Failed logins of one name or address before it has to wait."""
    login_minutes: float = 15.0
    """Minutes for which failures count."""
    session_hours: float = 12.0
    idle_hours: float = 2.0
    token_days: int = 365
    """Longest life of an API token."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to serve.

    Attributes:
        home: Folder of accounts, jobs, uploaded corridors and runs.
        runs: Folder of runs made elsewhere that every team may see; absent: none.
        store: Store of figures; absent: the user's own.
        demo: Answer reading requests without login, from this machine only.
        public_url: Address by which a reverse proxy is reached; makes cookies secure.
        workers: Processes for long work; one more answers scenarios quickly.
        policy: File of the disclosure policy; absent: the shipped one.
        on: Where the units of jobs are done, see `isthmus.compute`: a matter of who runs the server, not of who asks.
    """

    home: Path
    host: str = "127.0.0.1"
    port: int = 8765
    runs: Path | None = None
    store: Path | None = None
    demo: bool = False
    public_url: str | None = None
    workers: int = 1
    policy: Path | None = None
    on: str = "local"
    limits: Limits = field(default_factory=Limits)

    def checked(self) -> Settings:
        """Return the settings if they are safe.

        Raises:
            InputError: The demo would be open to others, a public address without https, or a place where no units are done.
        """
        place = place_of(self.on)
        if place.kind == "dask" and not place.address:
            raise InputError.one(
                where="--on",
                expected="local, processes:N, or dask:ADDRESS of a cluster that is there already",
                found=self.on,
                remedy="start a scheduler and workers, and name its address: docs/scale.md",
            )
        if self.demo and (self.public_url or not is_loopback(self.host)):
            raise InputError.one(
                where="--demo",
                expected="an address of this machine only, such as --host 127.0.0.1, and no --public-url",
                found=self.public_url or self.host,
                remedy="leave --demo out and add accounts: isthmus serve user add NAME --team TEAM --role viewer",
            )
        if self.public_url and urlsplit(self.public_url).scheme != "https":
            raise InputError.one(
                where="--public-url",
                expected="an address that begins with https://",
                found=self.public_url,
                remedy="let the reverse proxy speak https: docs/serve.md",
            )
        if not self.public_url and not is_loopback(self.host):
            raise InputError.one(
                where="--host",
                expected="an address of this machine, or --public-url with the https address of the proxy in front",
                found=self.host,
                remedy="passwords must not cross a network in the clear: docs/serve.md",
            )
        return self

    @property
    def secure(self) -> bool:
        """Whether cookies are for https only."""
        return self.public_url is not None

    @property
    def hosts(self) -> frozenset[str]:
        """Names by which the server may be called."""
        named = {*LOOPBACK_NAMES, self.host.strip("[]").lower()}
        if self.public_url:
            named.add(urlsplit(self.public_url).hostname or "")
        return frozenset(named)

    @property
    def database(self) -> Path:
        """File of accounts and jobs."""
        return self.home / "serve.sqlite3"

    def team_runs(self, team: str) -> Path:
        """Folder of a team's runs."""
        return self.home / "teams" / team / "runs"

    def exports(self, team: str, run: str) -> Path:
        """Folder of the files that were exported of a run."""
        return self.home / "teams" / team / "exports" / run

    def team_corridors(self, team: str) -> Path:
        """Folder of a team's uploaded corridors."""
        return self.home / "teams" / team / "corridors"
