"""What the functions behind the API are wired to: the sealer, the clock, and who sends events.

Their environment is that of `functions.wiring`. What they need beside it the API does not load as
it wakes.
"""

import secrets
from collections.abc import Callable, Mapping

from functions.wiring import (
    entry_signers_of,
    followed_coalition_of,
    is_loopback,
    log_signers_of,
    objects_of,
    store_of,
    utc_now,
)
from ledger.policies import read_policy
from loyalty.clock.agenda import Agenda
from loyalty.webhooks.delivering import Deliverer
from loyalty.webhooks.ports import Delivery
from sealing.sealer import Keys, Sealer
from sealing.witnesses import WitnessTarget
from sealing.witnessing import Witnessing
from storage.agenda_dynamodb import DynamoAgenda
from storage.log_dynamodb import DynamoHeads
from storage.webhook_http import WebhookPost
from storage.witness_http import HttpPost


def agenda_of(environment: Mapping[str, str]) -> Agenda:
    """The hints that this function writes or reads for the clock."""
    return DynamoAgenda(store_of(environment))


def deliverer_of(environment: Mapping[str, str], given_up: Callable[[Delivery], None]) -> Deliverer:
    """Who sends the events of the coalition that this function serves."""
    post = WebhookPost(loopback=is_loopback(environment))
    return Deliverer(followed_coalition_of(environment), post, utc_now, given_up)


def sealer_of(environment: Mapping[str, str]) -> Sealer:
    """The sealer that this function is. Asks KMS for its keys."""
    origin, store = environment["TALLYSTICK_ORIGIN"], store_of(environment)
    log, own = objects_of(environment)
    entries, *further = entry_signers_of(environment)
    keys = Keys(log_signers_of(environment), entries, further)
    return Sealer(origin, store, DynamoHeads(store), log, own, keys, utc_now, secrets.token_bytes)


def witnessing_of(environment: Mapping[str, str]) -> Witnessing:
    """The witnesses that this function asks."""
    log, _ = objects_of(environment)
    policy = read_policy(environment["TALLYSTICK_WITNESSES"])
    targets = [WitnessTarget(each.key, each.url) for each in policy.witnesses if each.url]
    return Witnessing(log, targets, HttpPost(), utc_now)
