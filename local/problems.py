"""What can go wrong on someone's machine and is theirs to mend."""


class Problem(Exception):
    """Its message is one line that says what happened and what to do."""
