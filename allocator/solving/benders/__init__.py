"""Many scenarios solved one by one."""
