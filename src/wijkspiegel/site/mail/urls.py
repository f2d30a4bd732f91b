from django.urls import path

from wijkspiegel.site.mail import views

urlpatterns = [
    path("mail/", views.dead, name="dead-letters"),
    path("mail/<int:pk>/again/", views.again, name="try-again"),
]
