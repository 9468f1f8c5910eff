"""The plan as a document: words, maps, charts and writers."""

from tunti.report.document import Document
from tunti.report.regional import regional_document
from tunti.report.write import write_plan

__all__ = ["Document", "regional_document", "write_plan"]
