from pathlib import Path

import pytest

SHARED = Path(__file__).parents[4] / "shared" / "data" / "nato_spending"


@pytest.fixture
def spending_data() -> Path:
    """The folder with the real workbooks, outside the project."""
    if not SHARED.is_dir():
        pytest.skip("../shared/data/nato_spending is missing: the real workbooks are not compared")
    return SHARED
