"""What the log and those who watch over it must agree on: hashes and proofs (``merkle``), keys and signatures
(``keys``), signed notes and checkpoints (``notes``), whom to trust (``trust``), and the witness each service is
(``witness``, ``witness_api``).

The log itself belongs to audit. All of it follows C2SP, so that programs made for other logs read and watch ours.
"""
