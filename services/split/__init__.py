"""The split platform on one machine, without containers: PostgreSQL, Kafka and a process per service.

``supervisor`` starts, watches and stops all of it (``make up``, ``make down``); ``plan`` says where everything lies;
``postgres`` and ``kafka`` launch the two servers, ``processes`` the rest.
"""
