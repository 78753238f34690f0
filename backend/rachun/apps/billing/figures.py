"""Figures of bill runs for monitoring."""

from rachun.apps.base.figures import Figure

FIGURES = (
    Figure(
        name="rachun_bill_runs_open",
        sentence="Bill runs that are neither issued nor cancelled, by state.",
        labels=("state",),
        sql="SELECT state, count(*) FROM billing_billrun WHERE state NOT IN ('ISSUED', 'CANCELLED') GROUP BY state",
    ),
    Figure(
        name="rachun_bill_runs_stuck",
        sentence="Bill runs that are being calculated or issued while no job works on them.",
        sql="SELECT count(*) FROM billing_billrun r WHERE r.state IN ('CALCULATING', 'ISSUING') AND NOT EXISTS ("
        "SELECT FROM base_job j WHERE j.state IN ('PENDING', 'RUNNING') AND j.params ->> 'run_id' = r.id::text)",
    ),
    Figure(
        name="rachun_accounts_parked",
        sentence="Accounts that open bill runs could not bill, by reason.",
        labels=("reason",),
        sql="SELECT p.code, count(*) FROM billing_parkedaccount p JOIN billing_billrun r ON r.id = p.run_id"
        " WHERE r.state NOT IN ('ISSUED', 'CANCELLED') GROUP BY p.code",
    ),
)
