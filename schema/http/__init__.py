"""GraphQL over HTTP: one ASGI application with `/graphql` and `/health`.

It follows the GraphQL-over-HTTP draft (https://graphql.github.io/graphql-over-http/draft/):

    POST /graphql   a JSON object {query, variables, operationName, extensions}; in place of the
                    query a hash may stand in the extensions (`persisted`), and the header
                    Idempotency-Key in place of the input's (`idempotency`)
    GET  /graphql   the same as query parameters, for queries only (a mutation: 405)
    GET  /graphql   with Accept: text/html and no query: the GraphiQL page, where it is switched on
    OPTIONS         a browser's preflight, where origins are allowed (`cors`)
    GET  /health    {"status":"ok"}

An answer is `application/graphql-response+json` if the client asks for it, and `application/json`
otherwise. In the first a request that never ran has a 4xx status and no `data`; in the second it
has 200, as older clients expect. What is no GraphQL request at all (a bad body, a wrong method) has
a 4xx status in both, and this body:

    {"errors":[{"message":"…","extensions":{"code":"BAD_REQUEST"}}]}

No batches, no uploads, no subscriptions. The application needs no lifespan events, so it runs under
an adapter for Lambda as it does under a server. The GraphiQL page is the one that comes with
Strawberry; it loads its scripts from unpkg.com, so it needs the internet, and it is meant for
development.

Beside those named here, `view` is the application, `request` reads what is asked, `response` writes
the answer, of the media type that `negotiation` finds; `refusal` is why something is no GraphQL
request, `exposure` what strangers may see and ask.

The view is written on Starlette directly: Strawberry's own view brings subscriptions, uploads,
batches and answers in plain text, and to take them all out again takes more code than this.
"""

from schema.http.exposure import OPEN, PRODUCTION, Exposure, checked_origins
from schema.http.negotiation import GRAPHQL_RESPONSE, JSON, negotiated
from schema.http.request import BODY_LIMIT_BYTES
from schema.http.view import graphql_app

__all__ = [
    "BODY_LIMIT_BYTES",
    "GRAPHQL_RESPONSE",
    "JSON",
    "OPEN",
    "PRODUCTION",
    "Exposure",
    "checked_origins",
    "graphql_app",
    "negotiated",
]
