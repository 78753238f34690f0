"""Backups of one server and its files, and the way back: base backups, archived WAL, a mirror of the store, a drill.

Run as the account of PostgreSQL, on its machine: `rachun backup take | files | list | restore | drill`. See
docs/operations.md, section 9.
"""
