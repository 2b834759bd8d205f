"""Who to ring: the desks of each authority, helplines, and what the apps above add (K3)."""
