"""The read models of feedback, one a file."""
