"""Public pages of the catalogue."""

from django.urls import path

from kitbag.views import product, product_suggest, products

urlpatterns = [
    path("products/", products, name="products"),
    path("products/suggest/", product_suggest, name="product-suggest"),
    path("products/<slug:sku>/", product, name="product"),
]
