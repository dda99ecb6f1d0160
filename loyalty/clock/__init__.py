"""What a coalition does by itself as days go by: confirming, expiring, telling members before.

    agenda     hints: which wallet to look at on which day; a port
    following  hints from the rows that requests commit
    running    what is due is attended to, as far as the time goes
    matters/   what falls due, one module each; `MATTERS` names them all
    once       a piece of that work: done once, however often it is tried
    expiring   what has lapsed goes
    notices    members are told before it does
    terms      what a programme says of it: `confirmation`, `notices`

Hints may be lost, late or doubled: what is done is decided by the wallet, anew (ADR 13).
"""
