"""Sealing: how committed entries become blocks of the published log.

    sealer       the steps, in their order
    batch        what is ready, and in what order it is sealed
    making       a block
    pages        the pages of balance trees
    position     where the sealer stands after a block
    publication  from the head to the published log, after a crash too
    witnesses    one round of asking
    witnessing   when they are asked, and what is published of it
    proving      receipts, balance proofs, and the log's own files
    ports        what sealing needs of the outside
    stopped      why it stops

Of ours it imports `ledger` and `loyalty.ports` alone.
"""
