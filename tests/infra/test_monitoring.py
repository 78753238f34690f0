"""Alerts and dashboards ask for figures that the product tells, and every figure of the business is looked at."""

import json
import re
import shutil
import subprocess

import pytest
import yaml
from rachun.apps.base.figures import list_figures

from tests.infra.production import OPERATIONS, PRODUCTION

MONITORING = PRODUCTION / "monitoring"
OF_A_PROCESS = {"rachun_requests_total", "rachun_request_seconds"}
# Told for looking at, not for being woken by: the alarm is on its neighbour.
ONLY_SHOWN = {"rachun_jobs", "rachun_bill_runs_open", "rachun_deliveries_waiting", "rachun_wal_archived_seconds"}


def figures_in(text: str) -> set[str]:
    return {re.sub(r"_bucket$", "", name) for name in re.findall(r"rachun_[a-z_]+", text)}


def told() -> set[str]:
    return {figure.name for figure in list_figures()} | {"rachun_figure_missing"} | OF_A_PROCESS


class TestAlerts:
    def test_ask_for_what_is_told_and_leave_nothing_out(self) -> None:
        rules = [
            rule
            for group in yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"]
            for rule in group["rules"]
        ]

        asked = {name for rule in rules for name in figures_in(rule["expr"])}
        assert asked == told() - ONLY_SHOWN
        assert [rule["alert"] for rule in rules if not rule["annotations"].get("action")] == []

    def test_are_understood_by_prometheus(self) -> None:
        promtool = shutil.which("promtool")
        if promtool is None:
            pytest.skip("promtool is not installed")

        subprocess.run([promtool, "check", "rules", str(MONITORING / "alerts.yml")], check=True)


class TestDashboard:
    def test_shows_what_is_told_and_leaves_nothing_out(self) -> None:
        panels = json.loads((MONITORING / "dashboard.json").read_text())["panels"]

        shown = {name for panel in panels for target in panel["targets"] for name in figures_in(target["expr"])}
        assert shown == told() - {"rachun_figure_missing"}


class TestReference:
    def test_names_every_figure(self) -> None:
        rows = [line for line in OPERATIONS.read_text().splitlines() if line.startswith("| `rachun_")]

        assert {name for row in rows for name in figures_in(row.split("|")[1])} == told()
