"""A plan: its facts, its tidy tables, its moves, and how it is saved."""
