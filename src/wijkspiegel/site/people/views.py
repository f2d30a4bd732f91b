"""One's own account, and who has which role."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wijkspiegel.site.people import rules
from wijkspiegel.site.people.forms import DomainForm, EraseForm, InvitationForm, NameForm
from wijkspiegel.site.people.models import Appointment, Invitation, Role, User


@login_required
@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    form = NameForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("me")
    return render(
        request,
        "people/me.html",
        {
            "form": form,
            "appointments": rules.appointments_of(user),
            "has_oidc": bool(settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]),
        },
    )


@login_required
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    response = JsonResponse(rules.everything_about(request.user), json_dumps_params={"indent": 2})  # type: ignore[arg-type]
    response["Content-Disposition"] = 'attachment; filename="wijkspiegel.json"'
    return response


@login_required
@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rules.erase(request.user)  # type: ignore[arg-type]
        except ValidationError as error:
            form.add_error(None, error)
        else:
            logout(request)
            messages.success(request, _("Your account and all that was kept of you are removed."))
            return redirect("home")
    return render(request, "people/erase.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def colleagues(request: HttpRequest) -> HttpResponse:
    """Who has a role, as far as the visitor has a say in it; and a form to invite."""
    rules.require(request.user, Role.EDITOR, *rules.STAFF, city=_own_city(request))
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            rules.invite(given["email"], Role(given["role"]), given["city"], request.user, timezone.now())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": given["email"]})
            return redirect("colleagues")
    seen = Appointment.objects.select_related("user").order_by("city", "role", "user__email")
    if not rules.has(request.user, *rules.STAFF):
        seen = seen.filter(city__in=rules.cities_of(request.user))
    return render(
        request,
        "people/colleagues.html",
        {"form": form, "appointments": seen, "may_manage_domains": rules.has(request.user, Role.ADMINISTRATOR)},
        status=400 if form.errors else 200,
    )


@require_POST
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        rules.dismiss(get_object_or_404(Appointment, pk=pk), request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("colleagues")


@require_http_methods(["GET", "POST"])
def domains(request: HttpRequest) -> HttpResponse:
    """The e-mail domains of municipalities, and a form to add one."""
    known = rules.domains(request.user)
    form = DomainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rules.add_domain(form.cleaned_data["city"], form.cleaned_data["domain"], request.user)
        except ValidationError as error:
            form.add_error("domain", error)
        else:
            messages.success(request, _("Saved."))
            return redirect("domains")
    return render(request, "people/domains.html", {"form": form, "domains": known}, status=400 if form.errors else 200)


@require_POST
def remove_domain(request: HttpRequest, pk: int) -> HttpResponse:
    rules.remove_domain(get_object_or_404(rules.domains(request.user), pk=pk), request.user)
    messages.success(request, _("Removed."))
    return redirect("domains")


@login_required
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page that an invitation links to: opening it changes nothing, since mail scanners open links too."""
    now = timezone.now()
    try:
        found = rules.invitation_of(token, now)
    except Invitation.DoesNotExist:
        return render(request, "people/invitation_gone.html", status=410)
    if request.method == "POST":
        rules.accept(token, request.user, now)  # type: ignore[arg-type]
        messages.success(request, _("Welcome. You now have the role: %(role)s.") % {"role": Role(found.role).label})
        return redirect("me")
    return render(request, "people/invitation.html", {"invitation": found, "role": Role(found.role).label})


def _own_city(request: HttpRequest) -> str:
    return next(iter(rules.cities_of(request.user)), "")
