"""`sar pack` and its like say in a sentence what is wrong with what they were given."""

import pytest
from click.testing import CliRunner

from sar_service.cli.case import pack


@pytest.mark.parametrize("given", [[], ["--demo", "AAAAA-BBBBB-CCCCC"]])
def test_a_pack_is_of_a_case_or_of_the_demo_and_never_of_both(given: list[str]) -> None:
    run = CliRunner().invoke(pack, given)
    assert run.exit_code == 2
    assert "Give the reference of a case, or --demo." in run.output
