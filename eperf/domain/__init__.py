"""Pure rules: values in, values out, and a reason. No I/O, no clock, no framework."""
