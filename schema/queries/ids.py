"""Global ids of Relay: base64 of `<type>:<id>`."""

from strawberry.relay import GlobalID

from schema.scalars import bad_input


def id_of(id_: GlobalID, type_name: str) -> str:
    """The id within its type. Raises BAD_USER_INPUT for the id of something else."""
    if id_.type_name != type_name:
        raise bad_input(f"This is no id of a {type_name}.")
    return id_.node_id
