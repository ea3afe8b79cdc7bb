"""No plan: what is in conflict, and the ways out."""
