"""What a service keeps as a witness of the transparency log: the checkpoints it has seen, and forks."""
