"""Who may come in, and as what: accounts, roles over units, tokens, passwords, tokens of an identity provider."""
