"""The calculators for employers and caseworkers: each is described once, for the API and for the console."""
