"""The lowest floor: time, events, extension slots, references, idempotency."""
