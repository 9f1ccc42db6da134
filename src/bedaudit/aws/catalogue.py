"""What botocore's data says without a call: regions of services, operations and their shapes."""

from __future__ import annotations

from functools import cache

from botocore.exceptions import DataNotFoundError
from botocore.model import OperationModel, OperationNotFoundError, ServiceModel
from botocore.session import Session

from bedaudit.aws.paging import Pager, pager
from bedaudit.reader import Operation

GLOBAL_SERVICES = frozenset({"account", "ce", "iam", "organizations"})
"""Services with one endpoint a partition, which is asked once an account."""


class Catalogue:
    """Looks up what a session's data files say, and remembers it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.operation = cache(self._operation)
        """The model of an operation, by service and name; None where this botocore has none."""
        self.pager = cache(self._pager)
        """The pager of an `Operation`; None if it has but one page."""

    def partition(self, region: str) -> str:
        """The partition of a region, by the pattern of its name; raises UnknownRegionError."""
        return str(self._session.get_partition_for_region(region))

    def regions(self, service: str, partition: str) -> tuple[str, ...]:
        """Where a service is, sorted; empty for services of which the data does not say it."""
        return tuple(sorted(self._session.get_available_regions(service, partition)))

    def lacks(self, service: str, region: str, partition: str) -> bool:
        """Whether the data says that a service is elsewhere in the partition, but not in the region."""
        known = self.regions(service, partition)
        return bool(known) and region not in known

    def _operation(self, service: str, name: str) -> OperationModel | None:
        try:
            model: ServiceModel = self._session.get_service_model(service)
            return model.operation_model(name)
        except (DataNotFoundError, OperationNotFoundError):
            return None

    def _pager(self, operation: Operation) -> Pager | None:
        return pager(self._session, operation)
