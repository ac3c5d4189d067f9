"""The register: every field of every model with its class, its purpose and how long it is kept (programme §9).

What a copy of the data holds, what closing an account erases and what the page /privacy/ says are all read from
it. A field that it does not name fails a test. Rows that point to others stand before them: that is the order in
which they go.
"""

from django.apps import apps
from django.db import models

from cps_portal.privacy.register import kitbag, members, others, servicing
from cps_portal.privacy.table import Table

REGISTER: dict[str, Table] = {**servicing.TABLES, **kitbag.TABLES, **others.TABLES, **members.TABLES}


def model_of(label: str) -> type[models.Model]:
    return apps.get_model(label)
