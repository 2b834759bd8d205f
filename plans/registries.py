"""What apps above add to the pages of referrals."""

# The name of the address at which First Contact decides a referral; the app that has that page says so.
decided_at: list[str] = []
