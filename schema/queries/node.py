"""`node(id)`: anything by its global id (Relay)."""

import strawberry
from strawberry.relay import Node, node


@strawberry.type
class NodeQuery:
    node: Node | None = node(description="Anything by its global id.")
