"""Why a request is refused: typed, so that a till or an app can branch on it."""

from enum import Enum


class Code(Enum):
    """The reasons that clients see. Once published, a code keeps its meaning."""

    INVALID_INPUT = "INVALID_INPUT"
    NOT_FOUND = "NOT_FOUND"
    NOT_PERMITTED = "NOT_PERMITTED"
    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    SIGNATURE_REQUIRED = "SIGNATURE_REQUIRED"
    SIGNATURE_INVALID = "SIGNATURE_INVALID"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    CONTENDED = "CONTENDED"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    ALREADY_REDEEMED = "ALREADY_REDEEMED"
    ALREADY_DECIDED = "ALREADY_DECIDED"
    INSUFFICIENT_POINTS = "INSUFFICIENT_POINTS"
    EXCEEDS_REMAINING = "EXCEEDS_REMAINING"
    SAME_WALLET = "SAME_WALLET"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"


class Refused(Exception):
    """A request that the rules of loyalty do not allow. Nothing was written.

    code: for programs; message: for people, saying what was wrong and what to do; field: the path
    of the input that caused it, e.g. `("amount", "minor")`.
    """

    def __init__(self, code: Code, message: str, *field: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
