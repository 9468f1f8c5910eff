"""Shared premises: how much room presence needs, who moves where, and what it costs and saves."""
