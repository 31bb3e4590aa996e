"""Hardware presets, with a source for every parameter that has one and a note for each that is assumed.

`farbell.platforms` lists them, `farbell.platform` gives one. docs/guide/choosing_a_platform.md
"""

from farbell.presets.listing import PlatformTable, platforms
from farbell.presets.platform import Parameter, Platform, platform
from farbell.presets.published import PublishedValue, published
from farbell.presets.studies import study_points

__all__ = [
    "Parameter",
    "Platform",
    "PlatformTable",
    "PublishedValue",
    "platform",
    "platforms",
    "published",
    "study_points",
]
