"""Who may open a page, and that every row is fetched through the account."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.crypto import constant_time_compare

from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member

P = ParamSpec("P")
M = TypeVar("M", bound=Model)
MEMBER, FENCE = "member", "fence"  # keys of the session
NOT_YOURS = "Another member wrote this on this device. It waits there until they sign in again."


class SignedIn(HttpRequest):
    """A request whose member is known; `request.member.account` is the account of everything it may touch."""

    member: Member


View = Callable[Concatenate[SignedIn, P], HttpResponse]
Door = Callable[Concatenate[HttpRequest, P], HttpResponse]


def open_session(request: HttpRequest, member: Member) -> None:
    """Sign the member in. The session gets a new key, so that a planted one is worth nothing."""
    if request.session.get(MEMBER) != member.pk:
        request.session.flush()
    request.session.cycle_key()
    request.session[MEMBER] = member.pk
    request.session[FENCE] = member.get_session_auth_hash()


def member_of(request: HttpRequest) -> Member | None:
    """The member signed in here, asked anew each time: a deactivated one is out with the next click.

    The fence changes with the password, which ends every other session.
    """
    number = request.session.get(MEMBER)
    if number is None:
        return None
    member = Member.objects.select_related("account").filter(pk=number, is_active=True).first()
    if member and constant_time_compare(request.session.get(FENCE, ""), member.get_session_auth_hash()):
        return member
    request.session.flush()
    return None


def signed_in(view: View[P]) -> Door[P]:
    """Lets only members in; others are asked to sign in and come back here.

    What a device kept for one member (X-Nextcall-Member) is not taken from another who signed in since.
    """

    @wraps(view)
    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        member = member_of(request)
        if member is None:
            there = {"next": request.get_full_path()} if request.method == "GET" else {}
            return HttpResponseRedirect(f"{reverse('sign_in')}{'?' + urlencode(there) if there else ''}")
        if request.headers.get("X-Nextcall-Member", str(member.pk)) != str(member.pk):
            return JsonResponse({"said": "", "problem": NOT_YOURS, "action": None, "url": ""}, status=409)
        signed = cast(SignedIn, request)
        signed.member = member
        answer = view(signed, *args, **kwargs)
        patch_cache_control(answer, private=True, no_store=True)
        return answer

    return door


def manager(view: View[P]) -> Door[P]:
    """Lets only owners and managers in; a rep is told so."""

    @wraps(view)
    def door(request: SignedIn, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.member.manages:
            raise PermissionDenied("This page is for owners and managers.")
        return view(request, *args, **kwargs)

    return signed_in(door)


def found_or_404(rows: type[M] | QuerySet[M], account: Account, **lookup: Any) -> M:
    """The one row of this account that fits; another account's row does not exist here."""
    queryset = rows if isinstance(rows, QuerySet) else rows._default_manager.all()
    found = queryset.filter(account=account, **lookup).first()
    if found is None:
        raise Http404
    return found


def leads_seen_by(member: Member) -> QuerySet[Lead]:
    """Owners and managers see every lead of the account; a rep their own and nobody's. Undone imports are gone."""
    leads = Lead.objects.filter(account=member.account, removed_at__isnull=True)
    return leads if member.manages else leads.filter(Q(owner=member) | Q(owner__isnull=True))
