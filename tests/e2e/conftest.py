"""A coalition that was deployed and founded, at TALLYSTICK_URL; without it nothing here runs.

    TALLYSTICK_URL         of its API, without /graphql
    TALLYSTICK_ORIGIN      its ledger's origin
    TALLYSTICK_ISSUER      its OIDC issuer, and TALLYSTICK_ISSUER_KEY that one's private key, a JWK
    TALLYSTICK_STACK       its stack, where AWS's credentials are at hand: logs, clock and queue too
    TALLYSTICK_WEBHOOK_LOOPBACK  `1`: it sends events to this machine, as only a local AWS does
    TALLYSTICK_E2E_WHOLE   `1`: what is passed over fails; `make e2e` sets this, and all of these

Partners, currency and programme are new with each run: what was there before is in nobody's way.
"""

import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, NamedTuple, TypeVar
from unittest.mock import patch

import boto3
import httpx
import pytest
from joserfc.jwk import OKPKey
from strawberry.relay import GlobalID

from ledger.notes import SeedSigner
from local.client import Client, Signatory
from local.keys import TokenIssuer
from loyalty.actors import MemberActor, Operator, Role

HERE = os.path.dirname(__file__)
URL = os.environ.get("TALLYSTICK_URL")
STACK = os.environ.get("TALLYSTICK_STACK")
WHOLE = os.environ.get("TALLYSTICK_E2E_WHOLE") == "1"
CENTS_A_POINT = 100
SEALED_WITHIN_S = 60.0
_POLL_S = 0.5

T = TypeVar("T")


# Before the other tests' environment, which reaches no AWS.
AWS = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


@pytest.fixture(scope="session", autouse=True)
def _aws() -> Iterator[None]:
    """The AWS that the run was given."""
    with patch.dict(os.environ, AWS if URL else {}):
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        # Among all tests, of which these are few: `make e2e` runs them, and passes over none.
        if not URL and str(item.path).startswith(HERE):
            item.add_marker(pytest.mark.skip(reason="no TALLYSTICK_URL: `make e2e`"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[Any]:
    """A deployment that is asked for less than all does not pass as one that was."""
    report = yield
    if WHOLE and report.skipped and str(item.path).startswith(HERE):
        report.outcome = "failed"
        report.longrepr = f"{item.name} was passed over: {report.longrepr}"
    return report


class Deployment:
    """Who talks to a coalition from outside."""

    def __init__(self, url: str, http: httpx.Client) -> None:
        self.url = url
        self.http = http
        self.origin = os.environ["TALLYSTICK_ORIGIN"]
        key = OKPKey.import_key(json.loads(os.environ["TALLYSTICK_ISSUER_KEY"]))
        self.issuer = TokenIssuer(self.origin, key, os.environ["TALLYSTICK_ISSUER"])

    @cached_property
    def desk(self) -> Client:
        token = self.issuer.token(Operator("ann", frozenset(Role)))
        return Client(self.url, token, http=self.http)

    def signatory(self, partner: str) -> Signatory:
        """A partner with a key that nobody else has."""
        signer = SeedSigner(f"{partner}.example", secrets.token_bytes(32))
        return Signatory(self.origin, f"partner:{partner}", signer)

    def till(self, joined: Signatory) -> Client:
        return Client(self.url, signatory=joined, http=self.http)

    def app(self, member: str) -> Client:
        token = self.issuer.token(MemberActor(GlobalID.from_id(member).node_id))
        return Client(self.url, token, http=self.http)

    @cached_property
    def outputs(self) -> dict[str, str]:
        """What the stack says of itself."""
        if STACK is None:  # whoever has no credentials asks over HTTP alone; not so `make e2e`
            pytest.skip("no TALLYSTICK_STACK: not asked with credentials of AWS")
        (stack,) = boto3.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


class Coalition(NamedTuple):
    """Two partners, and a programme of both."""

    deployment: Deployment
    currency: str
    programme: str
    grocer: Client
    florist: Client
    grocer_key: Signatory


@pytest.fixture(scope="session")
def deployment() -> Iterator[Deployment]:
    assert URL is not None
    # A function's first request waits for its start.
    with httpx.Client(timeout=40.0, trust_env=False) as http:
        yield Deployment(URL, http)


@pytest.fixture(scope="session")
def coalition(deployment: Deployment) -> Coalition:
    """Founded by the mutations of its operator, with the partners' signatures."""
    run = secrets.token_hex(4)
    grocer, florist = f"grocer-{run}", f"florist-{run}"
    keys = {each: deployment.signatory(each) for each in (grocer, florist)}
    for partner, joining in keys.items():
        deployment.desk.register_partner(partner, partner, joining, key=f"join-{partner}")
    currency = f"E{run}".upper()
    deployment.desk.create_currency(currency, 0, key=f"currency-{run}")
    document = _programme(run, currency, grocer, florist)
    consents = {each: keys[each].programme_signature(document) for each in keys}
    programme = deployment.desk.publish_programme(document, consents, key=f"programme-{run}")
    tills = (deployment.till(keys[each]) for each in (grocer, florist))
    return Coalition(deployment, currency, programme, *tills, keys[grocer])


def _programme(run: str, currency: str, grocer: str, florist: str) -> dict[str, Any]:
    return {
        "id": f"e2e-{run}",
        "version": 1,
        "name": "End to end",
        "currency": currency,
        "earn": [
            {
                "effect": "points_per_amount",
                "id": "base",
                "partners": [florist, grocer],
                "money": "USD",
                "points": 1,
                "per_minor": CENTS_A_POINT,
                "rounding": "floor",
            }
        ],
        "rewards": [{"id": "bouquet", "name": "Tulips", "points": 50, "partner": florist}],
        "expiry": {"after": "month_end", "months": 12},
    }


def new_key(what: str) -> str:
    """An idempotency key that nobody can guess."""
    return f"{what}-{secrets.token_hex(16)}"


def within(seconds: float, ask: Callable[[], T | None], what: str) -> T:
    """What is found by asking again and again. Fails if it is not, in so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        found = ask()
        if found is not None:
            return found
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(_POLL_S)
