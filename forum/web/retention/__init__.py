"""How long tips are kept, and erasing them by the decision of two persons."""
