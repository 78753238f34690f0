"""A package, unlike its neighbours: what is made once for this folder ends with its last test, not with the session."""
