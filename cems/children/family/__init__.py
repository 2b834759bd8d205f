"""The people in a child's life: who they are, who may be told what, and whose record of CEMS is theirs (C7)."""
