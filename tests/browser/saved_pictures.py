"""What a page saves as a PNG, decoded by a browser's own decoder."""

import base64
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

HEAD_PIXELS = 80  # twice as many as points on the screen

# The picture's size, how many colours its body has, and the pixels of its head as one number.
READ = """async ([text, head]) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const pen = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d", { willReadFrequently: true });
  pen.drawImage(bitmap, 0, 0);
  const pixels = (top, height) => new Uint32Array(pen.getImageData(0, top, bitmap.width, height).data.buffer);
  const source = new Uint32Array(pen.getImageData(0, 0, bitmap.width / 2, head).data.buffer);
  return {
    width: bitmap.width,
    height: bitmap.height,
    colours: new Set(pixels(head, bitmap.height - head)).size,
    head: source.reduce((sum, pixel) => (Math.imul(sum, 31) + pixel) | 0, 7),
  };
}"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG that was saved."""

    name: str
    width: int
    height: int
    colours: int  # below the head
    head: int  # equal for equal words


def saved_picture(page: Page, button: str, keep: Path | None = None) -> Picture:
    """What a click on a button saves."""
    with page.expect_download() as download:
        page.locator(button).click()
    data = Path(download.value.path()).read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    if keep:
        keep.write_bytes(data)
    read = page.evaluate(READ, [base64.b64encode(data).decode(), HEAD_PIXELS])
    return Picture(name=download.value.suggested_filename, **read)


def head_of_a_replay(page: Page, button: str) -> int:
    """The head of the same picture, were its trades of another source."""
    page.evaluate("document.body.dataset.source = 'REPLAY'")
    return saved_picture(page, button).head
