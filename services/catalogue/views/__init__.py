"""What the catalogue service shows: catalogues by organisation and day, templates by town and type."""
