"""Publication: what an organisation owes to make public, and each disclosure on its way to its readers.

Owns the streams ``obligation-<organisation>/<sub-item>/<duty>/<period>``, ``disclosure-<id>`` and
``register-<organisation>/<year>``. What a disclosure may be part of: ``decision-<id>``,
``cadre-<id>``, ``redisclosure-<disclosure>``. Hears feedback (that opinions came in, and what was decided on them) and
the catalogue: items in force, calendars, parameters, and who holds
which post. Start reading at ``domain/disclosure.py``.
"""
