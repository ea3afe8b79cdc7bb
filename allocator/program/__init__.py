"""The linear program as sparse arrays: its certificate, what else arrays prove, its export."""
