"""The phones' applications as far as they can be made without a phone."""

import pytest

from tools import mobile_bundles


@pytest.mark.long
class TestMobile:
    def test_makes_hermes_bytecode_and_native_projects_of_both_platforms(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert mobile_bundles.main() == 0

        said = capsys.readouterr().err
        assert "android:" in said
        assert "ios:" in said
        assert "Native projects of Android and iOS" in said
