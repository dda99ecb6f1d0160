"""What the API writes to its log of any mutation holds nothing that was sent with it."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from functions.observing import Observed
from functions.telemetry import Telemetry
from loyalty.ports import Commit, Outcome
from tests.attacks.api import Api
from tests.coalition import SCHEMA
from tests.faulty import Faulty
from tests.requests_of_each import EACH, ready

TOLD = Telemetry("api")
TOO_SHORT = 5
"""Below so many characters a text stands in others by chance."""


class Broken(Faulty):
    """A store with a mistake of ours in it, if it is told so."""

    is_broken = False

    def commit(self, commit: Commit) -> Outcome:
        if self.is_broken:
            raise KeyError("a defect")
        return super().commit(commit)


def texts(value: Any) -> Iterator[str]:
    """Every text that is sent in an input, but the names of its members."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)


@pytest.mark.parametrize("name", EACH)
def test_nothing_that_was_sent_is_logged(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Neither where it is done nor where it is refused, the store is down, or we have a defect."""
    house, mutation, actor, sent = ready(name, store := Broken())
    api = Api(house, SCHEMA)
    api._app = Observed(api._app, TOLD)  # type: ignore[assignment]
    type_ = f"{mutation[0].upper()}{mutation[1:]}Input"
    query = f"mutation M($input: {type_}!) {{ {mutation}(input: $input) {{ __typename }} }}"

    def asks(**other: object) -> str:
        variables = {"input": {**sent, **other}}
        answer = api.post(actor, query=query, operationName="M", variables=variables)
        return str(answer.json().get("errors", "done"))

    with caplog.at_level(logging.DEBUG):
        store.down = True
        assert "UNAVAILABLE" in asks()
        store.down, store.is_broken = False, True
        assert "INTERNAL" in asks()
        store.is_broken = False
        assert asks() == "done"
        # The same key for something else, or nothing else that was done.
        assert asks() == asks() == "done"
    ours = [each for each in caplog.records if not each.name.startswith(("asyncio", "httpx"))]
    written = [TOLD._formatter.format(each) for each in ours]
    assert len(written) >= 5
    said = {each for each in texts(sent) if len(each) >= TOO_SHORT and each not in actor.party}
    assert not {each for each in said for line in written if each in line}
