"""How long relays and followers rest after a batch, so that what comes meanwhile goes together.

Each batch has its price whatever is in it. Who rests in proportion to what the last one took keeps to a share of the
process's time: the busier it is, the larger the batches, and commands are answered meanwhile.
"""

REST_SECONDS_MIN = 0.003
REST_SECONDS_MAX = 0.1  # the most that resting adds to the way of an event
REST_SHARE = 3.0


def rest_after(took: float) -> float:
    """Seconds of rest after a batch that took so many, and was not full."""
    return min(REST_SECONDS_MAX, max(REST_SECONDS_MIN, REST_SHARE * took))
