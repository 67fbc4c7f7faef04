"""What publication can be asked: duties, work on the desk, the register of approvals, what is shown to whom."""
