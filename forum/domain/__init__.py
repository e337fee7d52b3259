"""Pure rules of the forum: standard library only; time always comes in as an argument."""
