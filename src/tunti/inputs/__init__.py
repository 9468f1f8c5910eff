"""The input tables: schemas, readers, checks, templates and the embedded starter."""
