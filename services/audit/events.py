"""The facts of audit: none of its own so far; cases, inspections and appraisals will stand here."""

from shared.events import Registry

REGISTRY = Registry("audit", [])
