from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "Members"

    def ready(self) -> None:
        """Load each app's `wording`: the words for its codes in messages (members/wording.py)."""
        autodiscover_modules("wording")
