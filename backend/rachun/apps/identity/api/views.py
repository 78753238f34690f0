"""Legal entities, branches, operators, roles."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.base.api.versions import check_if_match, etag_of, needs_if_match
from rachun.apps.base.errors import NotFound
from rachun.apps.identity import selectors
from rachun.apps.identity.api.filters import BranchFilter, LegalEntityFilter, OperatorFilter, RoleFilter
from rachun.apps.identity.api.serializers import (
    BranchChangeIn,
    BranchIn,
    BranchOut,
    LegalEntityIn,
    LegalEntityOut,
    OperatorIn,
    OperatorOut,
    RoleOut,
)
from rachun.apps.identity.models import Branch, LegalEntity, Operator, Role
from rachun.apps.identity.scope import scope_of
from rachun.apps.identity.services.enterprise import BranchCodeTaken, change_branch, change_legal_entity, create_branch
from rachun.apps.identity.services.principals import (
    Assignment,
    AssignmentInvalid,
    LoginTaken,
    RoleBeyondOwn,
    create_operator,
)


@extend_schema(tags=["enterprise"])
class LegalEntityViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[LegalEntity]):
    operations = {"list": "listLegalEntities", "retrieve": "getLegalEntity", "partial_update": "updateLegalEntity"}
    queryset = LegalEntity.objects.none()
    serializer_class = LegalEntityOut
    filterset_class = LegalEntityFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[LegalEntity]:
        return selectors.list_legal_entities(scope=scope_of(self.request))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        entity = self.get_object()
        etag = etag_of(id=entity.id, updated_at=entity.updated_at)
        return Response(LegalEntityOut(entity).data, headers={"ETag": etag})

    @needs_if_match
    @extend_schema(request=LegalEntityIn, responses={200: LegalEntityOut})
    def partial_update(self, request: Request, id: UUID) -> Response:
        entity = self.get_object()
        changed = change_legal_entity(
            entity_id=entity.id,
            changes=checked(LegalEntityIn, request),
            check_version=lambda etag: check_if_match(request=request, etag=etag),
            now=timezone.now(),
        )
        etag = etag_of(id=changed.id, updated_at=changed.updated_at)
        return Response(LegalEntityOut(changed).data, headers={"ETag": etag})


@extend_schema(tags=["enterprise"])
class BranchViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Branch]):
    operations = {
        "list": "listBranches",
        "retrieve": "getBranch",
        "create": "createBranch",
        "partial_update": "updateBranch",
    }
    queryset = Branch.objects.none()
    serializer_class = BranchOut
    filterset_class = BranchFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Branch]:
        return selectors.list_branches(scope=scope_of(self.request))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        branch = self.get_object()
        etag = etag_of(id=branch.id, updated_at=branch.updated_at)
        return Response(BranchOut(branch).data, headers={"ETag": etag})

    @extend_schema(request=BranchIn, responses={201: BranchOut, **problems(BranchCodeTaken, NotFound)})
    def create(self, request: Request) -> Response:
        told = checked(BranchIn, request)
        branch = create_branch(scope=scope_of(request), **told)
        return Response(BranchOut(branch).data, status=201)

    @needs_if_match
    @extend_schema(request=BranchChangeIn, responses={200: BranchOut})
    def partial_update(self, request: Request, id: UUID) -> Response:
        branch = self.get_object()
        changed = change_branch(
            branch_id=branch.id,
            changes=checked(BranchChangeIn, request),
            check_version=lambda etag: check_if_match(request=request, etag=etag),
            now=timezone.now(),
        )
        etag = etag_of(id=changed.id, updated_at=changed.updated_at)
        return Response(BranchOut(changed).data, headers={"ETag": etag})


@extend_schema(tags=["enterprise"])
class OperatorViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Operator]):
    operations = {"list": "listOperators", "retrieve": "getOperator", "create": "createOperator"}
    queryset = Operator.objects.none()
    serializer_class = OperatorOut
    filterset_class = OperatorFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Operator]:
        return selectors.list_operators(scope=scope_of(self.request))

    @extend_schema(
        request=OperatorIn, responses={201: OperatorOut, **problems(LoginTaken, RoleBeyondOwn, AssignmentInvalid)}
    )
    def create(self, request: Request) -> Response:
        told = checked(OperatorIn, request)
        told["assignments"] = [Assignment(**entry) for entry in told["assignments"]]
        operator = create_operator(scope=scope_of(request), **told)
        return Response(OperatorOut(operator).data, status=201)


@extend_schema(tags=["enterprise"])
class RoleViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Role]):
    operations = {"list": "listRoles"}
    queryset = Role.objects.none()
    serializer_class = RoleOut
    filterset_class = RoleFilter

    def get_queryset(self) -> QuerySet[Role]:
        return selectors.list_roles()
