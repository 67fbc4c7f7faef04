"""The archive: a running file per organisation and year, a dossier for each staged matter, what was shown to whom.

Owns the streams ``file-<organisation>/<year>``, ``dossier-<matter>`` and ``dossiers-<organisation>/<year>`` (numbers).
Publishes FileOpened and DocumentFiled, DossierOwed, DossierFiled and DossierConsulted. Hears catalogue, publication and
feedback.
"""
