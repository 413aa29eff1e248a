"""The GraphQL schema: declarations, and mutations of three lines. Every noun contributes as a plugin would."""
