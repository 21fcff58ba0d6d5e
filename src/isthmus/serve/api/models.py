"""What the API answers with and is asked with, for its description."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Item = TypeVar("Item")
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]


class Answer(BaseModel):
    """Anything the API answers with."""

    model_config = ConfigDict(frozen=True)


class Asked(BaseModel):
    """Anything the API is asked with; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(Answer, Generic[Item]):
    """One part of a list."""

    items: list[Item]
    next: str | None = Field(default=None, description="`cursor` of the next part; absent at the end")


class CorridorAnswer(Answer):
    """A corridor in the list."""

    name: str
    title: str
    summary: str
    origin: Literal["shipped", "team"] = Field(description="comes with Isthmus, or uploaded by the team")
    runs: int = Field(description="runs of it that may be seen")
    latest_run: str | None


class RunAnswer(Answer):
    """A run of a corridor."""

    id: str
    corridor: str
    created: str
    seed: int
    quick: bool = Field(description="few draws: to try things, not to quote")
    converged: bool = Field(description="whether the fit passed its diagnostics; if not, do not use its numbers")
    last_fitted: str = Field(description="last month of figures that the fit saw")
    last_month: str = Field(description="last month ahead")
    shared: bool = Field(description="whether all teams see it")
    headline: str = Field(description="skill in past forecasts; empty before the backtest")
    files: list[str] = Field(description="what may be downloaded")


class JobAnswer(Answer):
    """A job."""

    id: str
    kind: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    done: float = Field(ge=0, le=1, description="share of the work")
    stage: str
    note: str
    by: str
    created: float = Field(description="seconds since 1970")
    started: float | None
    finished: float | None
    attempts: int = Field(description="how often a worker began it")
    cancelling: bool
    request: dict[str, Any]
    result: dict[str, Any] | None
    problems: list[dict[str, str]] | None


class RunRequest(Asked):
    """A run to make: what `isthmus run` is told."""

    kind: Literal["run"] = "run"
    corridor: Name
    sets: list[Annotated[str, StringConstraints(max_length=2000)]] = Field(default_factory=list, max_length=50)
    scenario: Annotated[str, StringConstraints(max_length=80)] | None = None
    seed: Annotated[int, Field(ge=0, lt=10**18, strict=True)] = 0
    quick: Annotated[bool, Field(strict=True)] = False


class MeAnswer(Answer):
    """Who is asking."""

    name: str
    team: str
    role: str
    rights: list[str]
    by: Literal["session", "token", "demo"]


class TokenAnswer(Answer):
    """An API token, without its secret."""

    id: str
    name: str
    scopes: list[str]
    created: float
    expires: float
    revoked: float | None
    used: float | None


class NewTokenAnswer(TokenAnswer):
    """A new API token."""

    token: str = Field(description="its text; shown this once")


class TokenRequest(Asked):
    """A token to make."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    scopes: list[Literal["read", "compute", "publish"]] = Field(min_length=1, max_length=3)
    days: Annotated[int, Field(ge=1, le=365, strict=True)] = 90


class AuditAnswer(Answer):
    """A line of the log of what was done."""

    n: int
    at: float
    who: str
    action: str
    target: str
    outcome: str
