"""Where other people's sample files lie. They are read in place and never copied into the project."""

import os
from pathlib import Path

import pytest

_REPOSITORY = Path(__file__).resolve().parents[1]


def samples_dir() -> Path | None:
    """The folder of samples: RACHUN_SAMPLES when set, else ../shared/samples beside the repository."""
    stated = os.environ.get("RACHUN_SAMPLES")
    folder = Path(stated) if stated else _REPOSITORY.parent / "shared" / "samples"
    return folder if folder.is_dir() else None


needs_samples = pytest.mark.skipif(
    samples_dir() is None,
    reason="the sample files are absent: set RACHUN_SAMPLES or put them in ../shared/samples",
)


def sample_bytes(relative: str) -> bytes:
    folder = samples_dir()
    if folder is None:
        pytest.skip("the sample files are absent: set RACHUN_SAMPLES or put them in ../shared/samples")
    return (folder / relative).read_bytes()
