"""The rules of audit: the town's audit of a change (``case``), and filings for the record with their numbers."""
