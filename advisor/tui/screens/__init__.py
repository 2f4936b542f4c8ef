"""One screen for each room, each with its own style sheet."""
