from django.urls import path

from wijkspiegel.site.meetings import seating_views as seating
from wijkspiegel.site.meetings import views

urlpatterns = [
    path("meetings/", views.meetings, name="meetings"),
    path("meetings/<slug:slug>/", views.meeting, name="meeting"),
    path("meetings/<slug:slug>/register/", views.register, name="register"),
    path("meetings/<slug:slug>/registered/", views.registered, name="registered"),
    path("meetings/<slug:slug>/edit/", views.edit, name="edit-meeting"),
    path("meetings/<slug:slug>/stage/", views.stage, name="stage"),
    path("meetings/<slug:slug>/theme/", views.take_up, name="take-up"),
    path("meetings/<slug:slug>/participants/", views.participants, name="participants"),
    path("meetings/<slug:slug>/participants.csv", views.participants_csv, name="participants-csv"),
    path("meetings/<slug:slug>/attendance/", views.attendance, name="attendance"),
    path("meetings/<slug:slug>/questions/", views.questions, name="questions"),
    path("meetings/<slug:slug>/report/", views.report, name="report"),
    path("meetings/<slug:slug>/photos/", views.photos, name="photos"),
    path("meetings/<slug:slug>/mixing/", seating.mixing_questions, name="mixing"),
    path("meetings/<slug:slug>/mixing/<int:pk>/", seating.mixing_question, name="mixing-question"),
    path("meetings/<slug:slug>/mixing/<int:pk>/remove/", seating.remove_mixing_question, name="remove-mixing-question"),
    path("meetings/<slug:slug>/seating/", seating.tables, name="seating"),
    path("meetings/<slug:slug>/seating/try/", seating.try_change, name="try-change"),
    path("meetings/<slug:slug>/seating/change/", seating.change, name="change-seating"),
    path("meetings/<slug:slug>/seating/stage/", seating.stage_tables, name="stage-seating"),
    path("meetings/<slug:slug>/seating/rules/", seating.add_rule, name="add-seating-rule"),
    path("meetings/<slug:slug>/seating/rules/<int:pk>/remove/", seating.remove_rule, name="remove-seating-rule"),
    path("meetings/<slug:slug>/seating/print/", seating.print_tables, name="print-seating"),
    path("new-meeting/", views.edit, name="new-meeting"),
    path("registration/<str:token>/", views.registration, name="registration"),
    path("participants/<int:pk>/move/", views.move, name="move"),
    path("participants/<int:pk>/remove/", views.remove, name="remove-participant"),
    path("photos/<int:pk>/remove/", views.remove_photo, name="remove-photo"),
    path("me/meetings/", views.mine, name="my-meetings"),
]

for_machines = [
    path("meetings.ics", views.feed, name="calendar"),
    path("meetings/<slug:slug>.ics", views.ics, name="ics"),
    path("photos/<int:pk>.jpg", views.photo, name="photo"),
]
