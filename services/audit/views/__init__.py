"""The read models of audit, one a file."""
