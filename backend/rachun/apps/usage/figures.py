"""Figures of usage for monitoring."""

from rachun.apps.base.figures import Figure

FIGURES = (
    Figure(
        name="rachun_usage_suspended",
        sentence="Usage records that wait for a person, by reason.",
        labels=("reason",),
        sql="SELECT reason, count(*) FROM usage_usagerecord WHERE state = 'SUSPENDED' GROUP BY reason",
    ),
)
