"""The template, read as its text is: short forms of functions are dicts, as in JSON."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parents[1] / "infra" / "template.yaml"


class _Loader(yaml.SafeLoader):
    """Knows CloudFormation's tags."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".")
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


@cache
def template() -> dict[str, Any]:
    """The template that is deployed."""
    return dict(yaml.load(TEMPLATE.read_text(), Loader=_Loader))


def resources(kind: str) -> dict[str, Any]:
    """The properties of all resources of a type, by name."""
    return {
        name: each.get("Properties", {})
        for name, each in template()["Resources"].items()
        if each["Type"] == kind
    }
