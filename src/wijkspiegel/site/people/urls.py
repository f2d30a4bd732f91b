from django.urls import path

from wijkspiegel.site.people import views

urlpatterns = [
    path("me/", views.me, name="me"),
    path("me/export/", views.export, name="export"),
    path("me/erase/", views.erase, name="erase"),
    path("colleagues/", views.colleagues, name="colleagues"),
    path("colleagues/<int:pk>/dismiss/", views.dismiss, name="dismiss"),
    path("domains/", views.domains, name="domains"),
    path("domains/<int:pk>/remove/", views.remove_domain, name="remove-domain"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
]
