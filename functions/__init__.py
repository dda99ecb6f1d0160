"""Lambda's entry points, the only place that wires the rest together.

    api     GraphQL, and /log/ beside it
    log     the published log over HTTP
    sealer  woken by the stream and by the sweep
    wiring  the environment

Nothing but `local` imports them.
"""
