"""How far each input can move before what the plan concludes changes."""
