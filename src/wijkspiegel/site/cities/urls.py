from django.urls import path

from wijkspiegel.site.cities import views

urlpatterns = [
    path("", views.home, name="home"),
    path("map.svg", views.map_svg, name="map-svg"),
    path("map.json", views.map_json, name="map-json"),
    path("cities/<slug:slug>/", views.city, name="city"),
    path("cities/<slug:slug>/areas/<str:code>/", views.area, name="area"),
    path("cities/<slug:slug>/release.zip", views.download, name="download"),
    path("cities/<slug:slug>/approach/", views.approach, name="approach"),
    path("compare/", views.compare, name="compare"),
    path("releases/", views.releases, name="releases"),
    path("releases/<int:pk>/", views.go_back, name="go-back"),
]
