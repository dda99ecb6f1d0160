"""Lambda's entry points, the only place that wires the rest together.

    api     GraphQL, and /log/ beside it
    log     the published log over HTTP
    sealer  woken by the stream and by the sweep
    due     woken by the stream: hints for the clock
    clock   on a schedule: what is due by the day
    events  woken by the stream and by the sweep: sends events to endpoints
    batches what a function answers to a batch of stream records
    wiring  the environment
    telemetry, observing  what operators see: logs and metrics

Nothing but `local` imports them.
"""
