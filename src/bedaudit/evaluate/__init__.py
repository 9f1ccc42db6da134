"""Judges what was read by what is required. Pure: the same records and rules give the same findings."""

from bedaudit.evaluate.evaluation import EVERYWHERE, Evaluation, Judgement, judge
from bedaudit.evaluate.examples import Failure, run_examples

__all__ = ["EVERYWHERE", "Evaluation", "Failure", "Judgement", "judge", "run_examples"]
