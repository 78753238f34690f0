"""Ten months worked out by hand, played through the product on a fresh database and compared to the cent."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from rachun.apps.base.invariants import list_invariants
from rachun.apps.billing.models import Bill
from rachun.apps.billing.selectors.explanation import get_explanation
from rachun.apps.billing.selectors.told_explanation import told

from tests.scenarios.comparing import differences, table
from tests.scenarios.runner import ScenarioRun
from tests.scenarios.world import make_world

FOLDERS = sorted(folder for folder in Path(__file__).parent.iterdir() if (folder / "scenario.yaml").exists())


def read(folder: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
    return content


def unexplained() -> list[tuple[str, int, str]]:
    """Lines of any bill that their own stored inputs do not give again, to the cent and with a sentence a step."""
    return [
        (bill.number, line["line_no"], line["component"])
        for bill in Bill.objects.all()
        for language in ("uk", "bs", "en")
        for line in told(get_explanation(bill=bill, language=language))["lines"]
        if not line["agrees"] or any("{" in step["text"] for step in line["steps"])
    ]


@pytest.mark.usefixtures("fresh_database")
class TestScenario:
    @pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
    def test_comes_out_to_the_cent_and_leaves_the_books_in_order(self, folder: Path) -> None:
        expected = read(folder, "expected.yaml")

        told = ScenarioRun(make_world(scenario=read(folder, "scenario.yaml"))).play()

        found = differences(told=told, expected=expected)
        assert not found, table(found)
        broken = {one.code: rows for one in list_invariants() if (rows := one.violations())}
        assert not broken
        assert not unexplained()

    def test_shows_a_wrong_cent_by_its_line(self) -> None:
        expected = read(FOLDERS[0], "expected.yaml")
        told = ScenarioRun(make_world(scenario=read(FOLDERS[0], "scenario.yaml"))).play()
        wrong = deepcopy(expected)
        wrong["runs"][0]["bills"][0]["lines"][0]["net"] = "4.86"

        [difference] = differences(told=told, expected=wrong)

        assert (difference.what, difference.expected, difference.found) == ("net", 486, 485)
        assert "novak-electricity/point_fee" in difference.where
