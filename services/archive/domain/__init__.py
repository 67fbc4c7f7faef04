"""The rules of archive, one file per kind of stream."""
