"""What the law says: one module per statute, every rule cited and dated, standard library only."""
