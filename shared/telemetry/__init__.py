"""What can be seen of a running platform: logs with trace ids, traces, a metric for every promise.

``logs`` sets up structlog; ``tracing`` OpenTelemetry and the spans that link a view back to the request that
caused it; ``metrics`` holds every metric there is (described in docs/metrics.md); ``observers`` feeds them
from the journal, the relay and the followers. Nothing here holds texts, tokens or names of people.
"""
