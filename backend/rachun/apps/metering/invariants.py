"""What must be true of metering."""

from rachun.apps.base.invariants import Invariant

INVARIANTS = (
    Invariant(
        code="I-06",
        sentence="A reading lies in the days of an installation of its meter; the closing one opens the day after.",
        sql="""
        SELECT r.id, r.register_id, r.boundary_date
        FROM metering_reading r JOIN metering_register g ON g.id = r.register_id
        WHERE r.superseded_at IS NULL AND NOT EXISTS (
            SELECT FROM metering_installation i
            WHERE i.meter_id = g.meter_id AND i.superseded_at IS NULL AND i.valid_from <= r.boundary_date
              AND (i.valid_to IS NULL OR r.boundary_date <= i.valid_to))
        """,
    ),
    Invariant(
        code="I-06",
        sentence="A register never runs backwards unseen: a lower value is a rollover or has its verdict.",
        sql="""
        SELECT id, register_id, boundary_date, value, next_value
        FROM (SELECT r.id, r.register_id, r.boundary_date, r.value, r.verdict, 10::numeric ^ g.digits AS capacity,
                     lead(r.value) OVER history AS next_value, lead(r.verdict) OVER history AS next_verdict
              FROM metering_reading r JOIN metering_register g ON g.id = r.register_id
              WHERE r.superseded_at IS NULL
              WINDOW history AS (PARTITION BY r.register_id ORDER BY r.boundary_date)) h
        WHERE next_value < value AND (capacity + next_value - value) * 2 > capacity
          AND next_verdict NOT LIKE '%BELOW_PREVIOUS%' AND verdict NOT LIKE '%ABOVE_NEXT%'
        """,
    ),
    Invariant(
        code="I-06",
        sentence="A day of a load profile holds no more than 25 hours and no negative quantity.",
        sql="""
        SELECT id, register_id, day, interval_s FROM metering_intervalday
        WHERE superseded_at IS NULL AND (array_length(quantities_micro, 1) * interval_s > 90000
              OR EXISTS (SELECT FROM unnest(quantities_micro) AS q WHERE q < 0))
        """,
    ),
)
