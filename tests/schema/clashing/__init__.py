"""What two plugins bring that cannot be together; `first` and `second` tell the two apart in every name."""
