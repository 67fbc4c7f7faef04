"""Feedback: the one register of opinions over all channels, and what became of each (FBK-01 to FBK-13); the sessions
in which members ask (PUB-20).

Owns the streams ``opinion-<id>``, ``session-<id>`` and ``register-<organisation>/<year>``.
Publishes what ``events`` lists.
Hears catalogue (who is who, calendars, parameters) and publication (which disclosure which audience may see).
"""
