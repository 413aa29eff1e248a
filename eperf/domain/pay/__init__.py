"""Pay advice: from a score to an amount before tax, step by step. Pure; it pays nobody and advises whoever pays."""
