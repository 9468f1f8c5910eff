"""One door to storage: a project folder today, a database beside it."""
