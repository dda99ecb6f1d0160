"""The audited ledger, version 1: what a partner needs to verify it, with no trust in the operator.

The format is docs/ledger-format.md. The modules, from the bytes up:

    errors       what can be wrong: a rule, and two values that disagree
    canonical    JSON with one encoding for each value
    names        ids, accounts, times: their grammar
    notes        signed notes and keys
    instructions what a partner or an operator signs
    tx           a transaction's shape
    wallets      balances and lots of one wallet
    kinds        what each kind of transaction does
    claims       what an entry of each kind claims to do
    governance   who takes part, and what was in force when; governance_shape: its entries'
    entries      an entry's bytes
    history      what entries add up to, and all the rules between them
    retrace      the same for usual entries, quickly
    verify       a whole ledger, every signature, on all cores
    order        rows of a table in the order of their chains

    tree         the Merkle tree over entries, and its proofs
    tiles        that tree as files
    checkpoints  what a log key signs of it, cosignatures what witnesses add
    policies     whose word on a checkpoint is enough
    blocks       what a sealed batch states; block_rules: what it must state
    balance_tree who is owed what, under one hash; pages: how it is stored
    leaf_pages   a page of few leaves
    balance_updates   from old pages the new; balance_reads: what pages say
    sum_tree     the same tree in memory, for an audit
    proofs       receipts; balance_proofs: of one wallet's balance
    audit        a whole published log; audit_files: its files, audit_state: what an audit saves,
                 audit_checkpoint: which checkpoint it goes by

It is pure: no clock, no I/O but the processes that verify signatures, and of other packages only
PyNaCl and orjson; `quick_signatures` takes a third if it is there.
"""
