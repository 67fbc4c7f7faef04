"""Development only: the latest traces in memory, and how one request is followed to the views it changed.

``kept`` holds them, within bounds; ``otlp`` reads what other processes send; ``spans`` is one span as shown here;
``story`` puts a trace and all that followed from it in order. The pages stand in ``services.portal.pages.traces``.
"""
