"""The shell: everything that touches clock, network, disk or configuration."""
