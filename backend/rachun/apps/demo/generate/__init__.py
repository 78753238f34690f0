"""Files of the demo enterprises, made from a seed: pure, no clock, no database. Same seed, same bytes."""
