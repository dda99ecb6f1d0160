"""The adapters behind the ports of `loyalty`.

    dynamodb   the store: one table, one TransactWriteItems for each commit
    rows       the table's items, and the rows of the ports as items
    memory     the in-memory twin: the same semantics, without I/O
    commits    what every store refuses before it writes
    reading    a ledger out of its table, in the order that `ledger.verify` takes
    kms        the entry key's seed, wrapped by KMS

Of `loyalty` they know `ports` alone.
"""
