"""What audit has besides: the order of the transparency log's entries, and the size and root of its tree."""
