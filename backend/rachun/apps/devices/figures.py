"""Figures of fiscal registers and their agents for monitoring."""

from rachun.apps.base.figures import Figure

FIGURES = (
    Figure(
        name="rachun_device_jobs_unsettled",
        sentence="Fiscal operations of which it is not known for ten minutes whether they were printed.",
        labels=("state",),
        sql="SELECT state, count(*) FROM devices_devicejob WHERE state IN ('SENT', 'HELD', 'UNKNOWN')"
        " AND created_at < clock_timestamp() - interval '10 minutes' GROUP BY state",
    ),
)
