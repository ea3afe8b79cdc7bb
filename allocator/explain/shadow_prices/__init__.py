"""What limits a plan, and what each limit is worth."""
