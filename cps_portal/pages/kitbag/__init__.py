"""The kitbag's pages: the list, adding, one item, editing it, taking it out."""
