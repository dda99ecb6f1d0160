"""Webhooks: events of `loyalty.events` go to endpoints, as Standard Webhooks messages.

    ports       what delivering needs of the outside: a queue, a way to send, a seed
    signing     the headers of a message, and what its receiver verifies it with
    addresses   which URLs are sent to
    endpoints   whose they are, what they want, with which keys: the use cases of who registers them
    outbox      one event, by its id
    schedule    what becomes of a delivery after each attempt
    delivering  from new rows, and from what is due, to messages sent
    replaying   an event is sent again, and what was given up

Nothing here is on the way of a request that moves points: its row is the outbox, and all of this
happens after it. Every delivery is made at least once, always with the same id.
"""
