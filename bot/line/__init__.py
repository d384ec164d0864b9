"""The only code that talks to LINE."""
