"""The operators' pages: who may see and do what, and nothing without a trace."""
