"""The staff: what the service does, one verb a function. They receive who acts and when; they flush, never commit."""
