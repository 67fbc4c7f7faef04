"""The read models of archive, one a file."""
