"""The archive: one file per organisation and year, and what was shown to whom, from when until when.

Owns the streams ``file-<organisation>/<year>``. Publishes FileOpened and DocumentFiled. Hears
catalogue, publication and feedback.
"""
