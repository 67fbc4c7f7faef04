"""What publication can be asked: duties, work on the desk, the register, and what is shown to whom."""
