"""The embedded starter data of Finland."""
