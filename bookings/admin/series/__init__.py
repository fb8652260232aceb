"""Series: several dates made, moved and called off as one."""
