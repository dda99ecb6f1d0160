"""The GraphQL face: what clients can ask, and what they are told.

    product         the schema, every query and mutation put together; writes schema.graphql
    http/           GraphQL over HTTP: /graphql and /health
    limits          what every document must pass before it runs: parsed, measured, validated once
    measure         how large a document is, and the bounds of that
    costs           what an operation may read, in rows, counted before it runs
    values          what its variables give it, counted before it runs
    weights         the rows that the product's fields read
    rate_limits     what is told to who asks too often
    direct          running an operation with no steps for extensions
    answering       and answering its fields with none
    leaving         the errors that leave: their codes, and what is kept in
    authentication  who asks: the actor that a bearer token names
    tokens          what every token is
    issuers         members and operators, by an OIDC issuer's tokens
    issuer_keys     the issuer's keys, fetched and kept
    remembered_tokens  what was verified of them, whose times and key are judged each time
    partner_tokens  partners, by tokens of their own
    context         what a request carries through its resolvers
    reads           what several resolvers wait for, read in one call
    inputs          inputs that several mutations share, and what of an input is signed
    shapes          what types are declared with
    fields          their fields, and what answers them
    scalars         the scalars
    errors          a refusal as `userErrors`
    queries/        one file for each query
    mutations/      one file for each mutation: input, payload, resolver
    types/          the types that both answer with

Resolvers decide nothing: a mutation calls one use case of `loyalty`.
"""
