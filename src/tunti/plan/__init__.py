"""The regional plan as tables and figures."""
