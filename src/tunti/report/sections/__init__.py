"""The sections of a plan's document, one file per question that a reader has."""
