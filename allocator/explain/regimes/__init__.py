"""What annual budgets cost, and what a certain settlement is worth."""
