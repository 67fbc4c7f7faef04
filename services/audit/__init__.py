"""Audit: who did what, in which post, when it held and when it was recorded (ORG-15, SUP-01 to SUP-15).

Owns the streams ``case-`` (the town's audit of a change, CAT-17), ``filing-`` and ``filings-`` (every filing for the
record with its receipt and number, CAT-15, CAT-18), and ``appraisal-<organisation>/<year>`` (PUB-21).
Keeps the accountability trace of every disclosure from the envelopes it hears of publication and feedback, with the
names and posts of that time from catalogue's register (``views/trace``), and writes every event of every service into
the transparency log (``tlog``).
"""
