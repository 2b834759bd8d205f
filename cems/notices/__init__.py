"""What people are told, and the outbox their mail leaves from (K1)."""
