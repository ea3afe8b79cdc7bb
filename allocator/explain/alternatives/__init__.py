"""Plans nearly as cheap as the cheapest, and what all of them do."""
