"""`make load`: many tills and apps at once, and then whether the ledger has each thing once."""
