"""The six services and the two ways to run them: each in its own process, or all in one.

Start at a service's own ``__init__`` for what it owns; at ``embedded`` for how they are put together on one machine.
"""
