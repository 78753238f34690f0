"""The device agent: fiscal registers and scanners of a cashier's PC, joined to the billing system."""

VERSION = "0.1.0"
