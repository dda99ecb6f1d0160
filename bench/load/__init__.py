"""`make load`: many tills and apps at once, and then whether the ledger has each thing once.

customers  a process of them, each with one request after the other
"""
