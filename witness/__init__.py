"""A witness that a partner runs: it cosigns one history of a log, and never a second.

    protocol.py   what a request may be and what it is answered: pure (c2sp.org/tlog-witness)
    state.py      what was cosigned last, durable before anybody hears of it
    service.py    the two together: from the bytes of a request to its answer
    app.py        the same over HTTP
    replay.py     audits what is new in the log before it is cosigned, if that is asked for
    run.py        a server of its own, with its key and its data in one directory

It imports `ledger` and nothing else of ours.
"""
