"""What an operation may read, counted before it runs.

The unit is **one row of the store read**, at most: a page of 100 transactions is 200 of them, one
for each row of the wallet's history and one for each transaction. What stands within a row that is
read anyway (lots, postings, rewards) costs nothing more; a field that reads no rows but takes as
long as reading them is given as many.

A field costs its own rows, and for each item of its list the item's rows and what is selected of
it. So lists within lists multiply: 100 members with 100 transactions each are 10,000. How long a
list is comes from its arguments (`first`, or a list of the input), from the bound that it has, or
from an assumption that the map states. Fields under @skip or @include count as if they were asked
for; of several fragments of which one can apply, all count.

A document is planned once, when it is admitted (so within `schema.measure`'s bounds, 300 fields);
what is left for each request is a sum over those of its lists whose length a variable says.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    value_from_ast_untyped,
)

COST_EXCEEDED = "COST_EXCEEDED"


class Given(NamedTuple):
    """A list as long as an argument says: a number, or a list of the input, by its path.

    bound: the longest that is answered; also where the argument says nothing that can be counted.
    """

    path: tuple[str, ...]
    bound: int


class Weight(NamedTuple):
    """The rows that a field reads.

    rows: for itself; each: for each item of its list, beside what is selected of the item; items:
    how many there may be.
    """

    rows: int = 0
    each: int = 0
    items: int | Given = 1


_NOTHING = Weight()

# By type and field: {"Wallet": {"transactions": Weight(1, 2, Given(("first",), 100))}}; "*" is any
# other field of the type.
Weights: TypeAlias = Mapping[str, Mapping[str, Weight]]


class Plan(NamedTuple):
    """The cost of a selection. fixed: in rows; lists: what has to be multiplied at each request."""

    fixed: int
    lists: "tuple[Items, ...]" = ()

    def rows(self, variables: Mapping[str, object]) -> int:
        """What it costs with these variables, in rows."""
        return self.fixed + sum(
            each.length(variables) * each.item.rows(variables) for each in self.lists
        )


class Items(NamedTuple):
    """A list whose cost depends on variables. items: its length, or where the argument says it."""

    items: int | Given
    argument: ValueNode | None
    item: Plan

    def length(self, variables: Mapping[str, object]) -> int:
        """How many items, at most."""
        if isinstance(self.items, int):
            return self.items
        value = None if self.argument is None else _value(self.argument, variables)
        return _length(self.items, value)


class Cost(NamedTuple):
    """The cost of each operation of a document, by its name; a document's only one may have none.

    defaults: of its variables.
    """

    plans: Mapping[str | None, Plan]
    defaults: Mapping[str | None, Mapping[str, object]]

    def rows(self, operation: str | None, variables: Mapping[str, object] | None) -> int:
        """Of the operation that is to run, in rows; 0 if there is none of that name."""
        if operation is None and len(self.plans) == 1:
            (operation,) = self.plans
        plan = self.plans.get(operation)
        if plan is None:
            return 0
        return (
            plan.rows({**self.defaults[operation], **(variables or {})})
            if plan.lists
            else (plan.fixed)
        )


NO_COST = Cost({}, {})


def excess_cost(rows: int, limit: int) -> list[GraphQLError]:
    """The error of an operation that costs more than the limit."""
    if rows <= limit:
        return []
    message = (
        f"This may read {rows} rows, and one request may read {limit}: ask for less of each item "
        "of a list or for shorter pages (`first`), or send the input's items in several requests."
    )
    extensions = {"code": COST_EXCEEDED, "cost": rows, "limit": limit}
    return [GraphQLError(message, extensions=extensions)]


def cost_of(schema: GraphQLSchema, document: DocumentNode, weights: Weights) -> Cost:
    """The cost of a document that is valid, in time linear in it."""
    planner = _Planner(schema, document, weights)
    plans, defaults = {}, {}
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            name = node.name.value if node.name else None
            root = schema.get_root_type(node.operation)
            plans[name] = planner.selection(node.selection_set, root)
            defaults[name] = {
                each.variable.name.value: value_from_ast_untyped(each.default_value)
                for each in node.variable_definitions or ()
                if each.default_value is not None
            }
    return Cost(plans, defaults)


class _Planner:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode, weights: Weights) -> None:
        self._types = schema.type_map
        self._weights = weights
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._planned: dict[str, Plan] = {}

    def selection(
        self, selection_set: SelectionSetNode | None, parent: GraphQLNamedType | None
    ) -> Plan:
        fixed, lists = 0, list[Items]()
        for node in selection_set.selections if selection_set else ():
            if isinstance(node, FieldNode):
                plan = self._field(node, parent)
            elif isinstance(node, FragmentSpreadNode):
                plan = self._fragment(node.name.value)
            else:
                on = node.type_condition  # type: ignore[attr-defined]
                inner = self._types[on.name.value] if on else parent
                plan = self.selection(node.selection_set, inner)  # type: ignore[attr-defined]
            fixed += plan.fixed
            lists += plan.lists
        return Plan(fixed, tuple(lists))

    def _fragment(self, name: str) -> Plan:
        """Planned once, however often it is spread."""
        if name not in self._planned:
            node = self._fragments[name]
            on = self._types[node.type_condition.name.value]
            self._planned[name] = self.selection(node.selection_set, on)
        return self._planned[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Plan:
        name = node.name.value
        if name.startswith("__") or not isinstance(
            parent, GraphQLObjectType | GraphQLInterfaceType
        ):
            return Plan(0)
        field = parent.fields[name]
        weights = self._weights.get(parent.name, {})
        weight = weights.get(name) or weights.get("*", _NOTHING)
        inner = self.selection(node.selection_set, get_named_type(field.type))
        item = Plan(weight.each + inner.fixed, inner.lists)
        if item == Plan(0):
            return Plan(weight.rows)
        items = _items(weight.items, node, field)
        if isinstance(items.items, int) and not item.lists:
            return Plan(weight.rows + items.items * item.fixed)
        return Plan(weight.rows, (items._replace(item=item),))


def _items(items: int | Given, node: FieldNode, field: GraphQLField) -> Items:
    """The length of a list, as a number where no variable has a say in it."""
    if isinstance(items, int):
        return Items(items, None, Plan(0))
    first, *path = items.path
    argument = next((each.value for each in node.arguments or () if each.name.value == first), None)
    if argument is None:
        default = field.args[first].default_value
        return Items(_length(items, None if default is Undefined else default), None, Plan(0))
    if path or isinstance(argument, VariableNode):
        return Items(items, argument, Plan(0))
    return Items(_length(items, value_from_ast_untyped(argument)), None, Plan(0))


def _value(argument: ValueNode, variables: Mapping[str, object]) -> object:
    return value_from_ast_untyped(argument, dict(variables))


def _length(items: Given, value: object) -> int:
    for name in items.path[1:]:
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, int):
        return min(max(value, 0), items.bound)
    if isinstance(value, list):
        return len(value)
    # GraphQL takes one item for a list of it.
    return 1 if isinstance(value, dict) else items.bound
