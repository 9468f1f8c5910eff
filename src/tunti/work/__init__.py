"""Working together on plans: roles, states, statements, comments, decisions; the same for command line and web."""
