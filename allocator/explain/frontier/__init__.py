"""What targets cost and what money reaches, every breakpoint exact."""
