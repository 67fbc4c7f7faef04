"""The transparency log: a Merkle tree over every event of every service, in the open C2SP formats.

Start at :mod:`services.audit.tlog.merkle` for the tree, ``tiles`` and ``notes`` for what is served, ``proofs`` for the
receipt a reader takes away.
"""
