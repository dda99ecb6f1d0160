"""The audited ledger, version 1: what a partner needs to verify it, with no trust in the operator.

The format is docs/ledger-format.md. The modules, from the bytes up:

    canonical    JSON with one encoding for each value
    names        ids, accounts, times: their grammar
    notes        signed notes and keys
    instructions what a partner or an operator signs
    tx           a transaction's shape
    wallets      balances and lots of one wallet
    kinds        what each kind of transaction does
    claims       what an entry of each kind claims to do
    governance   who takes part, and what was in force when
    entries      an entry's bytes
    history      what entries add up to, and all the rules between them
    retrace      the same for usual entries, quickly
    verify       a whole ledger, every signature, on all cores
    order        rows of a table in the order of their chains

It is pure: no clock, no I/O but the processes that verify signatures, and of other packages only
PyNaCl and orjson.
"""
