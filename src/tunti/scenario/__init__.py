"""A scenario: an ordered list of typed changes on the frozen baseline."""
