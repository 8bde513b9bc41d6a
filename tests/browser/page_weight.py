"""What a page costs until it is drawn: the data it asks for, everything that travels, and the time."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

# What says that a page is drawn, by its path.
CANDLES = """() => document.getElementById('chart')?.dataset.drawMs
  && document.getElementById('chart').data.some(({ name, y }) => name === 'ema_20' && y.length > 350)"""
DRAWN = {
    "/": "() => document.querySelector('#rows tr[data-symbol] svg, #rows tr[data-symbol] canvas')",
    "/market/BTCUSDT": CANDLES,
    "/pairs/ETHUSDT/BTCUSDT": "() => document.getElementById('panes')?.dataset.asOf",
    "/scanner": "() => document.querySelector('#rows tr:not(.space)')",
    "/correlation": "() => document.querySelector('#heatmap td[data-row]')",
    "/quality": "() => document.querySelector('#symbols tr')",
    "/system": "() => document.querySelector('#processes tr') && document.querySelector('#flow li')",
    "/self-test": "() => document.querySelector('#pairs > *')",
}


@dataclass(slots=True)
class Weight:
    """Of one page, opened once; sizes in bytes."""

    data: int = 0  # answers of the API and words of the socket, as they travel
    plain: int = 0  # the same, unpacked
    total: int = 0  # everything that travels
    drawn_ms: float = 0.0
    answers: dict[str, int] = field(default_factory=dict)  # by address, unpacked


def weighed(page: Page, url: str, path: str) -> Weight:
    """Opens a page, and weighs it when it is drawn and asks for nothing more."""
    weight, scale = Weight(), page.context.new_cdp_session(page)
    addresses: dict[str, str] = {}

    def of_data(sent: dict[str, Any]) -> bool:
        return "/api/" in addresses.get(sent["requestId"], "")

    def answered(sent: dict[str, Any]) -> None:
        addresses[sent["requestId"]] = sent["response"]["url"]

    def unpacked(sent: dict[str, Any]) -> None:
        if of_data(sent):
            address = addresses[sent["requestId"]].removeprefix(url)
            weight.answers[address] = weight.answers.get(address, 0) + sent["dataLength"]
            weight.plain += sent["dataLength"]

    def arrived(sent: dict[str, Any]) -> None:
        weight.total += sent["encodedDataLength"]
        weight.data += sent["encodedDataLength"] if of_data(sent) else 0

    def told(sent: dict[str, Any]) -> None:
        size = len(sent["response"]["payloadData"].encode())
        weight.data, weight.plain, weight.total = weight.data + size, weight.plain + size, weight.total + size

    scale.on("Network.responseReceived", answered)
    scale.on("Network.dataReceived", unpacked)
    scale.on("Network.loadingFinished", arrived)
    scale.on("Network.webSocketFrameReceived", told)
    scale.send("Network.enable")
    page.goto(url + path)
    seen = page.wait_for_function(f"() => ({DRAWN[path]})() ? performance.now() : 0")
    weight.drawn_ms = float(seen.json_value())
    page.wait_for_load_state("networkidle")
    scale.detach()
    return weight
