from django.urls import path

from wijkspiegel.site.library import views

urlpatterns = [
    path("library/", views.library, name="library"),
    path("library/desk/", views.desk, name="desk"),
    path("library/begin/<str:kind>/", views.begin, name="begin"),
    path("library/<slug:slug>/", views.piece, name="piece"),
    path("library/<slug:slug>/work/", views.work, name="work"),
    path("library/<slug:slug>/edit/", views.edit, name="edit"),
    path("library/<slug:slug>/answer/", views.answer, name="answer"),
    path("library/<slug:slug>/attach/", views.attach, name="attach"),
    path("library/<slug:slug>/<str:step>/", views.move, name="step"),
    path("files/<int:pk>/", views.file, name="file"),
    path("files/<int:pk>/detach/", views.detach, name="detach"),
    path("themes/", views.themes, name="themes"),
    path("themes/new/", views.put_forward, name="put-forward"),
    path("themes/<slug:slug>/", views.theme, name="theme-page"),
    path("themes/<slug:slug>/merge/", views.merge, name="merge"),
    path("themes/<slug:slug>/<str:step>/", views.support, name="support"),
]
