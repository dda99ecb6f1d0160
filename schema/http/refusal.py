"""Why a request is not a GraphQL request."""

from collections.abc import Mapping


class Refusal(Exception):
    """What was sent is no GraphQL request."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}
