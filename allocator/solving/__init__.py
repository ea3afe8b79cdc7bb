"""Programs solved and proved: sessions, windows, the choice of one, extremes."""
