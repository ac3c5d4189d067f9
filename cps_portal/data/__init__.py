"""Programme data as files: what may be brought in, how it is checked, saved and taken out again."""
