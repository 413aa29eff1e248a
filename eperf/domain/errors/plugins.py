"""What the lifecycle of plugins refuses."""

from __future__ import annotations

from eperf.domain.errors.core import Refused


class PluginDisabled(Refused):
    """Somebody stopped the plugin of this part; whoever is bound to it waits."""

    code = "PLUGIN_DISABLED"
    text_id = "{field}: plugin {value} dihentikan ({why})."
    text_en = "{field}: the plugin {value} is stopped ({why})."

    def __init__(self, field: str, plugin: str, why: str) -> None:
        super().__init__(field, plugin, why=why)


class PluginInUse(Refused):
    """What the plugin has here cannot be removed while this holds."""

    code = "PLUGIN_IN_USE"
    text_id = "Plugin {value} tidak dapat dihapus: {why}."
    text_en = "The plugin {value} cannot be removed: {why}."

    def __init__(self, plugin: str, why: str) -> None:
        super().__init__("plugin", plugin, why=why)
