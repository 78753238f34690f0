"""Seasons once more: a version with seasons is a version for every run of days of one season."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

DAY = timedelta(days=1)


def season_on(document: dict[str, Any], day: date) -> str | None:
    text = f"{day:%m-%d}"
    for season in document.get("seasons", ()):
        for row in season["ranges"]:
            first, last = row["first_day"], row["last_day"]
            if first <= text <= last or (first > last and (text >= first or text <= last)):
                return str(season["code"])
    return None


def as_in(document: dict[str, Any], season: str | None) -> dict[str, Any]:
    held = [part for part in document["components"] if season in part.get("only_in", [season])]
    parts = [{**part, **part.get("by_season", {}).get(season, {})} for part in held]
    return {**document, "components": parts, "seasons": []}


def stretch_of(document: dict[str, Any], day: date) -> dict[str, Any]:
    """The first day and the length of the season's stretch that the day lies in."""
    season, first, last = season_on(document, day), day, day
    while season_on(document, first - DAY) == season and (day - first).days < 365:
        first -= DAY
    while season_on(document, last + DAY) == season and (last - day).days < 365:
        last += DAY
    return {"season_days": (last - first).days + 1, "season_from": first}


def parted(world: Any, *, first: date) -> tuple[Any, dict[int, int]]:
    """The world with versions for seasons, and what number of version stands for which."""
    rows, real = [], {}
    for ix, plan, start, end, document in world.versions:
        if not document.get("seasons"):
            rows.append((ix, plan, start, end, document))
            continue
        day, until = max(start, first), min(end or world.end + DAY, world.end + DAY)
        while day < until:
            season, begin = season_on(document, day), day
            while day < until and season_on(document, day) == season:
                day += DAY
            number = 1000 * (ix + 1) + len(real)
            real[number] = ix
            own = as_in(document, season) | (stretch_of(document, begin) if season else {})
            rows.append((number, plan, begin, day, own))
    return replace(world, versions=rows), real
