"""The application inference profiles of a site, and the models behind them."""

from __future__ import annotations

from bedaudit.model import Raw
from bedaudit.reader import Operation, Reader

LIST_INFERENCE_PROFILES = Operation("bedrock", "ListInferenceProfiles")
OPERATIONS = (LIST_INFERENCE_PROFILES,)


async def read_application_profiles(aws: Reader) -> list[Raw]:
    """Their summaries."""
    pages = await aws.pages(LIST_INFERENCE_PROFILES, typeEquals="APPLICATION")
    return [summary for page in pages for summary in page.get("inferenceProfileSummaries", [])]


def model_of(summary: Raw) -> str:
    """The id of the model that a profile stands for: one model, in one region or several."""
    arns = [model["modelArn"] for model in summary["models"] if "modelArn" in model]
    return arns[0].rpartition("/")[2] if arns else ""
