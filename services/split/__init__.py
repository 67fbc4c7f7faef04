"""The split platform on one machine, without containers: PostgreSQL, Kafka and a process per service.

``processes`` starts and stops them (``make up``, ``make down``); ``postgres`` and ``kafka`` launch the two servers.
"""
