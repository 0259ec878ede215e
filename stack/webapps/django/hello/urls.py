from django.urls import path

from . import views

urlpatterns = [
    path("", views.hello),
    path("slow", views.slow),
    path("products/<int:number>", views.product),
    path("search", views.search),
    path("checkout", views.checkout),
    path("error", views.error),
]
