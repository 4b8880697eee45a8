"""Planning: the years of a contract, and the weekends that can still be had in them."""
