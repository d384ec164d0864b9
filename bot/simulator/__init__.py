"""A look-alike of LINE's Messaging API with made-up phones, for development, demonstration and tests."""
