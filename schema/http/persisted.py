"""Documents by their hash: a client sends 64 characters in place of its query.

**Automatic** (Apollo's protocol, "automatic persisted queries"): `extensions.persistedQuery` is
`{"version": 1, "sha256Hash": "<hex>"}`. A hash that is not known is answered with
PERSISTED_QUERY_NOT_FOUND, and the client sends hash and document once; from then on the hash will
do, in a GET as well. A document is kept once it has passed validation, so only a hash of that very
text leads to it, and in this process alone: another process, or this one after it has let go of the
document, answers NOT_FOUND again and the client sends it again. That is what the protocol is for,
and a store of documents beside it would be one more thing to ask on each request.

**Safelist**: where one is given only its documents are answered, by hash or whole; the rest are
PERSISTED_QUERY_NOT_IN_LIST (a hash) or QUERY_NOT_IN_SAFELIST (a document), as in Apollo's router.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256

from graphql import GraphQLError, GraphQLSyntaxError

from schema.http.refusal import Refusal
from schema.http.request import Operation
from schema.limits import Documents, Schema

_HASH = re.compile(r"[0-9a-f]{64}")


def hash_of(text: str) -> str:
    """By which a document is known: the SHA-256 of its text, in hex."""
    return sha256(text.encode()).hexdigest()


class Persisted:
    """The documents that a process knows by their hash; as many as it keeps parsed."""

    def __init__(self, schema: Schema, safelist: Mapping[str, str] | None) -> None:
        """Raises ValueError if the safelist has a document that cannot be answered."""
        self._documents = schema.documents
        self._limits = schema.limits
        self._safelist = None if safelist is None else _checked(safelist, schema.documents)
        self._kept: OrderedDict[str, str] = OrderedDict()

    def document(self, operation: Operation) -> str:
        """The document to run.

        Raises Refusal for what is not of the protocol, and GraphQLError for what is not known.
        """
        named = _hash_in(operation.extensions or {})
        if operation.query is None:
            if named is None:
                raise Refusal(400, "`query` must be a string with a GraphQL document.")
            return self._known(named)
        own = hash_of(operation.query) if named is not None or self._safelist is not None else ""
        if named is not None and named != own:
            raise Refusal(400, "`sha256Hash` is not the SHA-256 of `query`.")
        if self._safelist is not None:
            if own not in self._safelist:
                raise _error("This document is not in the safelist.", "QUERY_NOT_IN_SAFELIST")
        elif named is not None:
            self._keep(named, operation.query)
        return operation.query

    def _known(self, named: str) -> str:
        if self._safelist is not None:
            if named in self._safelist:
                return self._safelist[named]
            raise _error("This hash is not in the safelist.", "PERSISTED_QUERY_NOT_IN_LIST")
        text = self._kept.pop(named, None)
        if text is None:
            # The message is what clients look for.
            raise _error("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
        self._kept[named] = text
        return text

    def _keep(self, named: str, text: str) -> None:
        if len(text) > self._limits.cached_chars or not _is_valid(text, self._documents):
            return
        self._kept[named] = text
        self._kept.move_to_end(named)
        if len(self._kept) > self._limits.cached_documents:
            self._kept.popitem(last=False)


def _hash_in(extensions: Mapping[str, object]) -> str | None:
    given = extensions.get("persistedQuery")
    if given is None:
        return None
    if not isinstance(given, dict) or given.get("version") != 1 or given["version"] is True:
        raise Refusal(400, "`persistedQuery` must be an object of version 1.")
    named = given.get("sha256Hash")
    if not isinstance(named, str) or not _HASH.fullmatch(named):
        raise Refusal(400, "`sha256Hash` must be a SHA-256 in 64 hexadecimal digits, small ones.")
    return named


def _checked(safelist: object, documents: Documents) -> dict[str, str]:
    if not isinstance(safelist, dict):
        raise ValueError("the safelist is no object of documents by their hash")
    for named, text in safelist.items():
        if not isinstance(text, str):
            raise ValueError(f"the safelist's {named} is no text")
        if named != hash_of(text):
            raise ValueError(f"the safelist's {named} is not the SHA-256 of its document")
        try:
            errors = documents.admit(text).errors
        except GraphQLSyntaxError as error:
            errors = (error,)
        if errors:
            raise ValueError(f"the safelist's {named} cannot be answered: {errors[0].message}")
    return dict(safelist)


def _is_valid(text: str, documents: Documents) -> bool:
    try:
        return not documents.admit(text).errors
    except GraphQLSyntaxError:
        return False


def _error(message: str, code: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})
