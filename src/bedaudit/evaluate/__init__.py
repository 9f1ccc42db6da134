"""Judges what was read by what is required. Pure: the same records and rules give the same findings."""

from bedaudit.evaluate.evaluation import NOBODY, Evaluation, Judgement, judge
from bedaudit.evaluate.examples import Failure, run_examples
from bedaudit.evaluate.reading import EVERYWHERE

__all__ = ["EVERYWHERE", "NOBODY", "Evaluation", "Failure", "Judgement", "judge", "run_examples"]
