"""Mail that could not be delivered, for the programme team."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wijkspiegel.site.mail import rules


@require_safe
def dead(request: HttpRequest) -> HttpResponse:
    return render(request, "mail/dead.html", {"letters": rules.dead_letters(request.user)})


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    rules.try_again(pk, request.user, timezone.now())
    messages.success(request, _("It will be tried again."))
    return redirect("dead-letters")
