"""Figures of messages for monitoring."""

from rachun.apps.base.figures import Figure

FIGURES = (
    Figure(
        name="rachun_deliveries_waiting",
        sentence="Messages that are not sent yet.",
        sql="SELECT count(*) FROM messaging_delivery WHERE state = 'QUEUED'",
    ),
    Figure(
        name="rachun_delivery_waiting_seconds",
        sentence="How long the longest waiting message has waited.",
        sql="SELECT coalesce(extract(epoch FROM clock_timestamp() - min(queued_at)), 0)"
        " FROM messaging_delivery WHERE state = 'QUEUED'",
    ),
)
