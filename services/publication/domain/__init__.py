"""The rules of publication: when a disclosure falls due, and in which order it may come to its readers."""
