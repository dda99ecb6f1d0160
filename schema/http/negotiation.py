"""Which media type an answer has."""

from schema.http.refusal import Refusal

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"


def negotiated(accept: str | None) -> str:
    """The media type of the answer to an Accept header (RFC 9110, section 12.5.1).

    The highest quality wins, and the first named among equals; a wildcard means `application/json`,
    which the draft asks for until the new type is everywhere. Raises Refusal (406) if neither will
    do.
    """
    if not accept:
        return JSON
    best, best_quality = None, 0.0
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        media_type = {
            GRAPHQL_RESPONSE: GRAPHQL_RESPONSE,
            JSON: JSON,
            "application/*": JSON,
            "*/*": JSON,
        }.get(name)
        quality = _quality(parameters)
        if media_type and quality > best_quality:
            best, best_quality = media_type, quality
    if best is None:
        raise Refusal(406, f"An answer is {GRAPHQL_RESPONSE} or {JSON}.")
    return best


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                quality = float(parameter[2:])
            except ValueError:
                return 0.0
            return quality if 0.0 <= quality <= 1.0 else 0.0
    return 1.0
