"""Charts of a plan: what each shows, once, for a browser and for paper to draw alike."""
