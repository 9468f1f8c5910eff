"""Who reaches which site in how many minutes."""
