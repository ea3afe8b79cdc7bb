"""From a council's own data, or the published tables, to an instance."""
