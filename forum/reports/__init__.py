"""What people read: SELECTs into frozen rows; no service imports them."""
