"""What was measured of a pack as JSON."""

from collections.abc import Mapping
from typing import Any

from indexer.models.evaluate.detection import SetDetection
from indexer.models.evaluate.judge import Evaluation
from indexer.models.evaluate.verification import GroupVerification, gap


def document(found: Evaluation) -> dict[str, Any]:
    """What was measured as JSON; shares are 0 to 1 with four digits."""
    return {
        "pack": found.pack,
        "detector": {
            s.name: {
                "pictures": s.n_pictures,
                ("recall" if s.has_people else "false_share"): round(s.share, 4),
            }
            for s in found.detector
        },
        "embedder": {
            p.name: {
                "pairs": p.n_pairs,
                "accuracy": round(p.verification.accuracy, 4),
                "tpr_at_fpr_0.001": round(p.verification.tpr, 4),
                "threshold": round(p.verification.threshold, 4),
                "not_found": p.n_not_found,
            }
            for p in found.embedder
        },
        "scenes": {
            s.name: {
                "pictures": s.n_pictures,
                "top1": round(s.top1, 4),
                "ece": round(s.ece, 4),
                "ece_of_shares": round(s.ece_of_shares, 4),
                "confused": dict(s.confused),
            }
            for s in found.scenes
        },
        "ms": {name: round(value, 2) for name, value in found.ms.items()},
        "mb": {name: round(value, 3) for name, value in found.mb.items()},
        "face_sizes": {
            str(width): {"faces": s.n, "recall": round(s.share, 4)}
            for width, s in found.face_sizes.items()
        },
        "landmarks": {
            name: {"faces": x.n, "mean": round(x.mean, 4), "worst_tenth": round(x.worst_tenth, 4)}
            for name, x in found.landmarks.items()
        },
        "groups": {
            "detector": {s.name: detector_groups(s) for s in found.detector if s.groups},
            "embedder": {name: embedder_groups(kinds) for name, kinds in found.groups.items()},
        },
    }


def detector_groups(found: SetDetection) -> dict[str, Any]:
    """A detector's shares by kind of group, each with its gap."""
    return {
        kind: {
            "gap": round(gap({name: s.share for name, s in shares.items()}), 4),
            **{name: {"n": s.n, "share": round(s.share, 4)} for name, s in shares.items()},
        }
        for kind, shares in found.groups.items()
    }


def embedder_groups(kinds: Mapping[str, Mapping[str, GroupVerification]]) -> dict[str, Any]:
    """An embedder's accuracies by kind of group, each with its gap."""
    return {
        kind: {
            "gap": round(gap({name: g.accuracy for name, g in groups.items()}), 4),
            **{
                name: {
                    "n": g.n,
                    "accuracy": round(g.accuracy, 4),
                    "same": round(g.same_share, 4),
                    "different": round(g.different_share, 4),
                }
                for name, g in groups.items()
            },
        }
        for kind, groups in kinds.items()
    }
