"""docs/runbooks.md, which whoever is called by an alarm opens."""

import re

from tests.infra import TEMPLATE, resources

ROOT = TEMPLATE.parents[1]
TEXT = (ROOT / "docs/runbooks.md").read_text(encoding="utf-8")
HEADINGS = re.findall(r"^### (.+)$", TEXT, re.MULTILINE)


def test_every_alarm_has_its_section() -> None:
    """Under its name, once; and no section is left of an alarm that is no more."""
    assert sorted(HEADINGS) == sorted(resources("AWS::CloudWatch::Alarm"))


def test_every_link_leads_somewhere() -> None:
    """Within the page, and to other pages."""
    here = {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in _headings(TEXT)}
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        page, _, anchor = target.partition("#")
        if page:
            other = (ROOT / "docs" / page).read_text(encoding="utf-8")
            names = {heading.lower().replace(" ", "-") for heading in _headings(other)}
            assert not anchor or anchor in names, target
        else:
            assert anchor in here, target


def _headings(text: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", text, re.MULTILINE)
