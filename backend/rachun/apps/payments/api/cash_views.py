"""Desks, shifts and payments: what a cashier's screen and an administrator call."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rachun.apps.base.api.idempotency import idempotent
from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.base.api.versions import check_if_match, etag_of, needs_if_match
from rachun.apps.base.errors import NotFound
from rachun.apps.base.transactions import edge_transaction
from rachun.apps.customers.selectors import get_account
from rachun.apps.devices.errors import AgentRevoked, JobSettled, NothingToJudge
from rachun.apps.devices.models import Device
from rachun.apps.devices.selectors import get_device, is_connected
from rachun.apps.devices.words import words_of_device
from rachun.apps.identity.scope import Scope, scope_of
from rachun.apps.identity.selectors import get_branch
from rachun.apps.ledger.services.refusals import PeriodIsClosed
from rachun.apps.payments import refusals as no
from rachun.apps.payments.api import cash_serializers as shapes
from rachun.apps.payments.api.cash_filters import CashDeskFilter, CashPaymentFilter, CashShiftFilter
from rachun.apps.payments.locks import lock_desk
from rachun.apps.payments.models import CashDesk, CashPayment, CashShift
from rachun.apps.payments.selectors import cash
from rachun.apps.payments.services.close_shift import close_cash_shift
from rachun.apps.payments.services.move_cash import move_shift_cash, print_x_report
from rachun.apps.payments.services.open_shift import open_cash_shift
from rachun.apps.payments.services.set_up_desk import DeskFacts, change_cash_desk, create_cash_desk
from rachun.apps.payments.services.take_payment import (
    Cash,
    answer_cash_payment,
    cancel_cash_payment,
    take_cash_payment,
)
from rachun.values.money import Money

OF_REGISTER = (no.RegisterNotConnected, AgentRevoked)
OF_SHIFT = (no.ShiftNotOpen, no.NotYourShift)


def minor_of(amount: Any, *, currency: str) -> int:
    return Money(amount=amount, currency=currency).to_minor()


def cashier_of(request: Request) -> UUID:
    assert request.user.pk is not None, "a cash desk is never public"
    return request.user.pk


@extend_schema(tags=["cash desk"])
class CashDeskViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[CashDesk]):
    operations = {
        "list": "listCashDesks",
        "retrieve": "getCashDesk",
        "create": "createCashDesk",
        "partial_update": "updateCashDesk",
        "state": "getCashDeskState",
    }
    queryset = CashDesk.objects.none()
    serializer_class = shapes.CashDeskOut
    filterset_class = CashDeskFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[CashDesk]:
        return cash.list_cash_desks(scope=scope_of(self.request))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return told_desk(self.get_object())

    @extend_schema(
        request=shapes.CashDeskIn,
        responses={
            201: shapes.CashDeskOut,
            **problems(no.CashDeskCodeTaken, no.RegisterTaken, no.DeskNeedsRegister),
        },
    )
    def create(self, request: Request) -> Response:
        told = checked(shapes.CashDeskIn, request)
        scope = scope_of(request)
        branch = get_branch(scope=scope, branch_id=told["branch_id"])
        with edge_transaction():
            desk = create_cash_desk(
                branch=branch,
                code=told["code"],
                facts=facts_of(told, scope=scope, legal_entity_id=branch.legal_entity_id),
                at=timezone.now(),
            )
        return told_desk(desk, status=201)

    @needs_if_match
    @extend_schema(
        request=shapes.CashDeskChangeIn,
        responses={
            200: shapes.CashDeskOut,
            **problems(no.RegisterTaken, no.DeskNeedsRegister, no.DeskHasOpenShift),
        },
    )
    def partial_update(self, request: Request, id: UUID) -> Response:
        seen = self.get_object()
        told = checked(shapes.CashDeskChangeIn, request)
        facts = facts_of(told, scope=scope_of(request), legal_entity_id=seen.legal_entity_id)
        with edge_transaction():
            desk = lock_desk(seen.id)
            check_if_match(request=request, etag=etag_of(id=desk.id, updated_at=desk.updated_at))
            desk = change_cash_desk(desk_id=desk.id, facts=facts, at=timezone.now())
        return told_desk(desk)

    @extend_schema(responses={200: shapes.CashDeskStateOut})
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def state(self, request: Request, id: UUID) -> Response:
        """Register, shift, latest payment and latest scan: asked again and again by the screen of the desk."""
        told = state_of(self.get_object(), cashier_id=cashier_of(request), now=timezone.now())
        return Response(shapes.CashDeskStateOut(told).data)


def facts_of(told: dict[str, Any], *, scope: Scope, legal_entity_id: UUID) -> DeskFacts:
    """Raises NotFound for a device that the caller may not see, or of another enterprise."""
    return DeskFacts(
        name=told["name"],
        register=device_of(told["register_id"], kind=Device.Kind.REGISTER, scope=scope, entity=legal_entity_id),
        no_register_reason=told["no_register_reason"].strip(),
        scanner=device_of(told["scanner_id"], kind=Device.Kind.SCANNER, scope=scope, entity=legal_entity_id),
        tax_letter=told["tax_letter"],
    )


def device_of(device_id: UUID | None, *, kind: str, scope: Scope, entity: UUID) -> Device | None:
    if device_id is None:
        return None
    device = get_device(scope=scope, device_id=device_id)
    if device.kind != kind or device.legal_entity_id != entity:
        raise NotFound(device_id=device_id)
    return device


def told_desk(desk: CashDesk, *, status: int = 200) -> Response:
    etag = etag_of(id=desk.id, updated_at=desk.updated_at)
    return Response(shapes.CashDeskOut(desk).data, status=status, headers={"ETag": etag})


def state_of(desk: CashDesk, *, cashier_id: UUID, now: datetime) -> dict[str, Any]:
    register, shift = desk.register, cash.find_open_shift(desk_id=desk.id)
    connected = register is not None and is_connected(agent=register.agent, now=now)
    words = words_of_device(register, is_connected=connected) if register is not None else None
    # Before the drawer, so that a payment shown as taken is never missing in it.
    payment = cash.list_cash_payments(scope=Scope.everything()).filter(shift=shift).first() if shift else None
    return {
        "desk": desk,
        "has_register": register is not None,
        "is_ready": connected or register is None,
        "needs_attention": register is not None and (not connected or register.state == Device.State.WAITING),
        "title": str(words.title) if words else "",
        "what_to_do": str(words.what_to_do) if words else "",
        "shift": with_drawer(shift) if shift else None,
        "is_own_shift": shift is not None and shift.cashier_id == cashier_id,
        "payment": payment,
        "scan_count": desk.scanner.scan_count if desk.scanner else 0,
        "latest_scan": desk.scanner.latest_scan if desk.scanner else "",
    }


def with_drawer(shift: CashShift) -> CashShift:
    """The shift with what its answer shows beside its own columns."""
    vars(shift)["drawer"] = cash.drawer_of(shift)
    return shift


@extend_schema(tags=["cash desk"])
class CashShiftViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[CashShift]):
    operations = {
        "list": "listCashShifts",
        "retrieve": "getCashShift",
        "create": "openCashShift",
        "close": "closeCashShift",
        "x_report": "printXReport",
        "movements": "moveShiftCash",
        "payments": "takeCashPayment",
    }
    queryset = CashShift.objects.none()
    serializer_class = shapes.CashShiftRowOut
    filterset_class = CashShiftFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[CashShift]:
        return cash.list_cash_shifts(scope=scope_of(self.request))

    @extend_schema(responses={200: shapes.CashShiftOut})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return told_shift(self.get_object().id)

    @extend_schema(
        request=shapes.CashShiftIn,
        responses={
            201: shapes.CashShiftOut,
            **problems(no.DeskHasOpenShift, no.CashierHasOpenShift, no.CashAmountInvalid, *OF_REGISTER),
        },
    )
    @idempotent
    def create(self, request: Request) -> Response:
        told = checked(shapes.CashShiftIn, request)
        desk = cash.get_cash_desk(scope=scope_of(request), desk_id=told["cash_desk_id"])
        shift = open_cash_shift(
            desk_id=desk.id,
            float_minor=minor_of(told["float"], currency=desk.legal_entity.currency),
            cashier_id=cashier_of(request),
            at=timezone.now(),
        )
        return told_shift(shift.id, status=201)

    @extend_schema(
        request=shapes.CashCountIn,
        responses={
            200: shapes.CashShiftOut,
            **problems(
                no.ShiftNotOpen,
                no.PaymentUnderWay,
                no.ReportUnderWay,
                no.CashAmountInvalid,
                no.DifferenceNeedsReason,
                *OF_REGISTER,
            ),
        },
    )
    @action(detail=True, methods=["post"])
    @idempotent
    def close(self, request: Request, id: UUID) -> Response:
        """Counted against expected; then the register prints its Z report, and the shift is closed."""
        shift = self.get_object()
        told = checked(shapes.CashCountIn, request)
        close_cash_shift(
            shift_id=shift.id,
            counted_minor=minor_of(told["counted"], currency=shift.currency),
            reason=told["reason"],
            at=timezone.now(),
        )
        return told_shift(shift.id)

    @extend_schema(
        request=None,
        responses={200: shapes.CashMovementOut, **problems(no.ShiftNotOpen, no.ReportUnderWay, *OF_REGISTER)},
    )
    @action(detail=True, methods=["post"], url_path="x-report")
    @idempotent
    def x_report(self, request: Request, id: UUID) -> Response:
        movement = print_x_report(shift_id=self.get_object().id, at=timezone.now())
        return Response(shapes.CashMovementOut(movement).data)

    @extend_schema(
        request=shapes.CashMoveIn,
        responses={
            201: shapes.CashMovementOut,
            **problems(*OF_SHIFT, no.CashAmountInvalid, no.CashShortInDrawer, no.ReportUnderWay, *OF_REGISTER),
        },
    )
    @action(detail=True, methods=["post"])
    @idempotent
    def movements(self, request: Request, id: UUID) -> Response:
        """Cash into or out of the drawer that is no payment."""
        shift = self.get_object()
        told = checked(shapes.CashMoveIn, request)
        movement = move_shift_cash(
            shift_id=shift.id,
            kind=told["kind"],
            amount_minor=minor_of(told["amount"], currency=shift.currency),
            reason=told["reason"],
            cashier_id=cashier_of(request),
            at=timezone.now(),
        )
        return Response(shapes.CashMovementOut(movement).data, status=201)

    @extend_schema(
        request=shapes.CashPaymentIn,
        responses={
            201: shapes.CashPaymentOut,
            **problems(
                *OF_SHIFT,
                no.CashAmountInvalid,
                no.TooLittleGiven,
                no.PaymentUnderWay,
                no.ReportUnderWay,
                PeriodIsClosed,
                *OF_REGISTER,
            ),
        },
    )
    @action(detail=True, methods=["post"])
    @idempotent
    def payments(self, request: Request, id: UUID) -> Response:
        """Take cash for an account: the register prints, and then it is a receipt. Ask getCashPayment how it ends."""
        shift = self.get_object()
        told = checked(shapes.CashPaymentIn, request)
        account = get_account(scope=scope_of(request), account_id=told["account_id"])
        if account.legal_entity_id != shift.legal_entity_id:
            raise NotFound(account_id=account.id)
        given = {name: minor_of(told[name], currency=shift.currency) for name in ("amount", "tendered")}
        payment = take_cash_payment(
            shift_id=shift.id,
            account=account,
            cash=Cash(amount_minor=given["amount"], tendered_minor=given["tendered"]),
            cashier_id=cashier_of(request),
            at=timezone.now(),
        )
        return told_payment(payment.id, status=201)


def told_shift(shift_id: UUID, *, status: int = 200) -> Response:
    shift = cash.get_cash_shift(scope=Scope.everything(), shift_id=shift_id)
    return Response(shapes.CashShiftOut(with_drawer(shift)).data, status=status)


@extend_schema(tags=["cash desk"])
class CashPaymentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[CashPayment]):
    operations = {
        "list": "listCashPayments",
        "retrieve": "getCashPayment",
        "cancel": "cancelCashPayment",
        "answer": "answerCashPayment",
    }
    queryset = CashPayment.objects.none()
    serializer_class = shapes.CashPaymentOut
    filterset_class = CashPaymentFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[CashPayment]:
        return cash.list_cash_payments(scope=scope_of(self.request))

    @extend_schema(request=None, responses={200: shapes.CashPaymentOut, **problems(JobSettled, NothingToJudge)})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, id: UUID) -> Response:
        """Before the register prints. Too late is an answer too: then the payment ends as taken."""
        payment = self.get_object()
        if payment.job_id is None:
            raise JobSettled(state=payment.state)
        cancel_cash_payment(payment_id=payment.id, at=timezone.now())
        return told_payment(payment.id)

    @extend_schema(
        request=shapes.CashAnswerIn, responses={200: shapes.CashPaymentOut, **problems(JobSettled, NothingToJudge)}
    )
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, id: UUID) -> Response:
        """What the cashier saw, where the register's own words leave it open."""
        payment = self.get_object()
        told = checked(shapes.CashAnswerIn, request)
        if payment.job_id is None:
            raise JobSettled(state=payment.state)
        answer_cash_payment(payment_id=payment.id, is_printed=told["was"] == "PRINTED", at=timezone.now())
        return told_payment(payment.id)


def told_payment(payment_id: UUID, *, status: int = 200) -> Response:
    payment = cash.list_cash_payments(scope=Scope.everything()).get(id=payment_id)
    return Response(shapes.CashPaymentOut(payment).data, status=status)


@extend_schema(tags=["cash desk"])
class PayersView(APIView):
    operations = {"get": "findPayers"}

    @extend_schema(parameters=[shapes.PayersIn], responses={200: shapes.PayerOut(many=True)})
    def get(self, request: Request) -> Response:
        """Who is meant by what was typed or scanned at the desk, and what is owed; at most eight."""
        asked = shapes.PayersIn(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        found = cash.find_payers(scope=scope_of(request), text=asked.validated_data["text"])
        return Response(shapes.PayerOut(found, many=True).data)
