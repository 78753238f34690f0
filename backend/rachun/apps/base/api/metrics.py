"""Figures for Prometheus."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("rachun_requests_total", "Requests answered.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram("rachun_request_seconds", "Time to the answer.", ["method", "route"])
