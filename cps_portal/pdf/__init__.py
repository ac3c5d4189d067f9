"""Papers of the portal: PDF in the instrument's language, in every script that members' names are written in."""
