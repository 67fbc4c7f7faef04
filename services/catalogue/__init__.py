"""The register and the catalogues: who exists, in which post since when, and what each must make public.

Owns the streams ``county-``, ``town-``, ``organisation-``, ``person-``, ``calendar-``, ``template-`` and
``catalogue-``. Publishes every event of ``events``. Hears nobody but itself.
"""
