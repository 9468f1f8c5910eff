"""The plan as a document: words, maps, charts and writers."""
