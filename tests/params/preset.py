"""params.yaml as it stands, for tests that change it."""

from pathlib import Path

import yaml

from i2v_core import params

ROOT = Path(params.__file__).parents[2]
SCHEMA = ROOT / "workflow/schemas/params.yaml"
DEFAULT = yaml.safe_load((ROOT / "params.yaml").read_text())
