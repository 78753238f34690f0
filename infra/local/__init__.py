"""The embedded stack: PostgreSQL, Valkey and our own processes on one machine, with nothing installed by hand.

Tests borrow `infra.local.postgres.Cluster` and `infra.local.valkey.Valkey`; people use `make run` or
`python -m infra.local up|stop|status|reset|psql|env|run-manage`.
"""
