"""The snippets of docs/webhooks.md, run as they are printed."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks.webhooks
from nacl.exceptions import BadSignatureError

from loyalty.events import POINTS_TYPES
from loyalty.webhooks.schedule import MAX_ATTEMPTS, RETRY_AFTER_S
from tests.coalition import GROCER, House
from tests.webhooks import Outbox

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")


def snippets(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, flags=re.DOTALL)


def function(number: int, name: str) -> Callable[..., Any]:
    """What a Python snippet defines."""
    found: dict[str, Any] = {}
    exec(snippets("python")[number], found)
    return found[name]


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    """Whose receivers' clocks show what its own does."""
    house = House()

    class HouseTime(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return house.clock

    monkeypatch.setattr(standardwebhooks.webhooks, "datetime", HouseTime)
    return house


def ask(house: House, number: int, **variables: object) -> Any:
    """The data of a GraphQL snippet."""
    return house.ask(GROCER, snippets("graphql")[number], **variables)


def test_the_snippets_do_what_the_page_says(house: House) -> None:
    """From registering an endpoint to a replay of what was given up, in the page's order."""
    outbox = Outbox(house)
    given = json.loads(snippets("json")[0])
    registered = ask(house, 0, **given)["registerEndpoint"]
    assert registered["userErrors"] == []
    endpoint, secret = registered["endpoint"], registered["secret"]
    member = house.enrolled()
    house.earned(member, 80)
    outbox.told()
    (message,) = outbox.crm.got
    headers = dict(message.headers)
    received, genuine = function(0, "received"), function(1, "genuine")
    done: dict[str, Any] = {}
    for _ in range(2):
        assert received(secret, message.body, headers, done) == 204
    assert list(done) == [message.id]
    assert genuine(endpoint["publicKeys"][0], message.body, headers) == message.signed
    with pytest.raises(BadSignatureError):
        genuine(endpoint["publicKeys"][0], message.body + b" ", headers)

    linked = house.input(memberId=member, system="crm", externalId="c-1")
    house.done(GROCER, "linkExternalId", linked)
    found = ask(house, 1, system="crm", externalId="c-1")["memberByExternalId"]
    assert found == {"id": message.event["data"]["memberId"]}

    outbox.crm.script = [500] * MAX_ATTEMPTS
    house.earned(member, 80)
    outbox.told()
    for _ in range(MAX_ATTEMPTS):
        outbox.swept(days=2)
    (edge,) = ask(house, 2, endpoint=endpoint["id"])["deadLetters"]["edges"]
    event = edge["node"]["eventId"]
    (delivery,) = ask(house, 3, event=event)["event"]["deliveries"]
    assert (delivery["state"], delivery["reason"]) == ("DEAD", "status 500")
    again = house.input(eventId=event, endpointId=endpoint["id"])
    assert ask(house, 4, input=again)["replayEvent"] == {"eventId": event, "userErrors": []}
    outbox.told()
    assert outbox.crm.ids[-1] == event
    rotated = house.input(endpointId=endpoint["id"], overlapHours=24)
    assert ask(house, 5, input=rotated)["rotateEndpointSecret"]["secret"] != secret


def test_the_page_tells_every_type_that_there_is() -> None:
    """Those of entries, and all news that any use case has."""
    table = TEXT.split("## What there is to be told")[1].split("Those that come")[0]
    told = set(re.findall(r"`([a-z_]+\.[a-z_]+)`", table))
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "loyalty").rglob("*.py")]
    news = {each for text in sources for each in re.findall(r'News\(\s*"([a-z_.]+)"', text)}
    assert news
    assert told == news | POINTS_TYPES | {"points.lapsing"}


def test_the_page_gives_the_schedule_as_it_is() -> None:
    """The pauses, and how long it takes until an event is given up."""
    units = {"s": 1, "min": 60, "h": 3600}
    sentence = TEXT.split("Attempts come")[1].split("after the one before")[0]
    pauses = re.findall(r"([0-9]+) (s|min|h)\b", sentence)
    assert tuple(int(number) * units[unit] for number, unit in pauses) == RETRY_AFTER_S
    hours = sum(RETRY_AFTER_S) / 3600
    assert f"in {round(hours)} to {round(hours * 1.2)} hours" in " ".join(TEXT.split())
