"""The register and the catalogues: who exists, in which post since when, and what each must make public.

Owns the streams ``county-``, ``town-``, ``organisation-``, ``person-``, ``calendar-``, ``template-``, ``catalogue-``,
``plan-``, ``change-`` and ``withholding-``. Publishes every event of ``events``. Hears itself, audit (what became of a
change or a filing) and publication (releases that announce a change, and from when items are owed).
"""
