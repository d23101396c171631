"""Fits the weights of `languages/weighing.py`: `python -m dragoman.evaluation.fit_detection FILE.tsv`.

Prints the weights as they stand in that file. Deterministic: the same file gives the same weights.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dragoman.evaluation.detection import Sample, in_first_half, read_samples
from dragoman.languages.main_script import evidence_of
from dragoman.languages.telling import without_diacritics
from dragoman.languages.weighing import GROUPS, Weigher

# A weak Gaussian prior on the weights, in units of log-likelihood, and Adam (Kingma & Ba 2015) for the climb.
_PENALTY = 2.0
_STEPS = 2000
_RATE = 0.05
_FIRST_DECAY, _SECOND_DECAY, _EPSILON = 0.9, 0.999, 1e-8

Floats = NDArray[np.float64]


def main(arguments: Sequence[str]) -> int:
    """Fit on the first half of the file and print the weights."""
    if len(arguments) != 1:
        print("usage: python -m dragoman.evaluation.fit_detection FILE.tsv", file=sys.stderr)  # noqa: T201
        return 2
    samples = [sample for sample in read_samples(Path(arguments[0])) if in_first_half(sample.text)]
    for name, weight in fit(samples).items():
        print(f'        "{name}": {weight:.2f},')  # noqa: T201
    return 0


def fit(samples: Sequence[Sample]) -> dict[str, float]:
    """Return the weights that make the samples' languages likeliest, by name of observation.

    Every sample is seen as it is and once more as typed without diacritics.
    """
    weigher = Weigher()
    observed: list[tuple[str, dict[str, dict[str, float]]]] = []
    for sample in samples:
        for text in dict.fromkeys((sample.text, without_diacritics(sample.text))):
            script, telling = evidence_of(text)
            if script is not None and sample.language in GROUPS.get(script, ()):
                observed.append((sample.language, weigher.observations(telling, script)))
    names = list(next(iter(observed[0][1].values())))
    amounts, open_, truth = _as_arrays(observed, names)
    return dict(zip(names, _climb(amounts, open_, truth), strict=True))


def _as_arrays(
    observed: Sequence[tuple[str, dict[str, dict[str, float]]]], names: Sequence[str]
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.int64]]:
    """Return amounts (sample, candidate, observation), which candidates there are, and the index of the right one."""
    widest = max(len(candidates) for _, candidates in observed)
    amounts = np.zeros((len(observed), widest, len(names)))
    there = np.zeros((len(observed), widest), dtype=np.bool_)
    truth = np.zeros(len(observed), dtype=np.int64)
    for row, (language, candidates) in enumerate(observed):
        truth[row] = list(candidates).index(language)
        there[row, : len(candidates)] = True
        for column, one in enumerate(candidates.values()):
            amounts[row, column] = [one[name] for name in names]
    return amounts, there, truth


def _climb(amounts: Floats, there: NDArray[np.bool_], truth: NDArray[np.int64]) -> list[float]:
    weights = np.zeros(amounts.shape[2])
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    rows = np.arange(len(truth))
    for step in range(1, _STEPS + 1):
        scores = np.where(there, amounts @ weights, -np.inf)
        error = np.exp(scores - scores.max(axis=1, keepdims=True))
        error /= error.sum(axis=1, keepdims=True)
        error[rows, truth] -= 1
        slope = (np.einsum("nk,nkf->f", error, amounts) + _PENALTY * weights) / len(truth)
        first = _FIRST_DECAY * first + (1 - _FIRST_DECAY) * slope
        second = _SECOND_DECAY * second + (1 - _SECOND_DECAY) * slope**2
        move = first / (1 - _FIRST_DECAY**step)
        weights = weights - _RATE * move / (np.sqrt(second / (1 - _SECOND_DECAY**step)) + _EPSILON)
    return [float(weight) for weight in weights]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
