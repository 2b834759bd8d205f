"""Django's PostgreSQL, whose connections wait no longer than they are told to."""
