"""The rules of feedback, one file per kind of stream."""
