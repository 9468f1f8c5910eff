"""The programme: what opens, closes and moves when, what it costs whom, and what came true."""
