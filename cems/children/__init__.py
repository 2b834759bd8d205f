"""The child's record: identity, statuses, involvements, access, risk history, chronology."""
