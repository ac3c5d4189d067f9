"""At the door of an event: who comes, by card or number, and visitors of other CPS regions (programme §9)."""
