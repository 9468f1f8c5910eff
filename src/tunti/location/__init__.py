"""Where points go: exact networks with bounds and proofs."""
