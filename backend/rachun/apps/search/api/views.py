from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rachun.apps.identity.scope import scope_of
from rachun.apps.search.api.serializers import HitOut, SearchIn
from rachun.apps.search.selectors import find


@extend_schema(tags=["search"])
class SearchView(APIView):
    operations = {"get": "search"}

    @extend_schema(parameters=[SearchIn], responses={200: HitOut(many=True)})
    def get(self, request: Request) -> Response:
        """Accounts, parties, premises, meters, numbers and bills that this leads to; at most eight of a kind."""
        asked = SearchIn(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        return Response(HitOut(find(scope=scope_of(request), text=asked.validated_data["q"]), many=True).data)
