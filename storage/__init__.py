"""The adapters behind the ports of `loyalty` and of `sealing`.

    dynamodb      the store: one table, one TransactWriteItems for each commit
    log_dynamodb  the log's head and its transactions' places, in the same table
    rows          the table's items, and the rows of the ports as items
    queue_dynamodb  the queue of deliveries of events, in the same table
    agenda_dynamodb  hints of what is due by the day, in the same table
    request_counts_dynamodb  how often an actor asked, in the same table
    s3            the log's objects, published and the sealer's own
    memory        the in-memory twin of the store: the same semantics, without I/O
    memory_log    the twins of head and objects
    memory_queue  the twin of the queue
    memory_agenda  the twin of the hints
    memory_request_counts  the twin of that, and what one process counts
    commits       what every adapter refuses before it asks
    reading       a ledger out of its table, in the order that `ledger.verify` takes
    kms           keys in KMS
    witness_http  posts to witnesses
    webhook_http  posts events to endpoints
    issuer_http   what an OIDC issuer publishes
    bounded       what ends such requests in time

Of `loyalty` and of `sealing` they know `ports` alone.
"""
