"""From SSDA903 returns, child by child, to an instance that names no child."""
