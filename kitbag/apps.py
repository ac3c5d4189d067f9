from django.apps import AppConfig


class KitbagConfig(AppConfig):
    name = "kitbag"
    verbose_name = "Kitbag"
