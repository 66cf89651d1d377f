# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Which samples count, and what they say together."""

# A sample in which the threads waited for a CPU measures the neighbours. One
# thread must have computed for this share of the time; several may rightly wait
# for each other, and must not have waited for a CPU longer than the rest.
LEAST_SHARE = 0.97


def undisturbed(sample, threads):
    """Whether a worker's answer to `time` had the CPUs to itself."""
    wall = max(sample["wall"], 1e-9)
    if threads == 1:
        return sample["cpu"] > LEAST_SHARE * wall
    return sample["waited"] < (1 - LEAST_SHARE) * wall * threads


def quantile(values, share):
    """Linear between the two nearest."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def summary(values):
    """Median, p10 and p90."""
    return {"median": quantile(values, 0.5), "p10": quantile(values, 0.1),
            "p90": quantile(values, 0.9)}
