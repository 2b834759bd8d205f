"""The lowest floor: time, events, registries, references, idempotency."""
