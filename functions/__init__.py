"""Lambda's entry points, the only place that wires the rest together.

    api     GraphQL, and /log/ beside it
    log     the published log over HTTP
    ready   whether the API can do its work now
    sealer  woken by the stream and by the sweep
    stream  woken by the stream: hints for the clock, then events
    due     hints for the clock
    clock   on a schedule: what is due by the day
    events  sends events to endpoints; on a schedule, what is due again
    batches what a function answers to a batch of stream records
    wiring  the environment
    wiring_behind  what the functions behind the API need beside it
    waking  what is made while a function wakes
    telemetry  what operators see of a function: its log and its metrics
    observing  and of each request to the API

Nothing but `local` imports them.
"""
