"""Input that is no text, told by its first bytes."""

import re

from shellmate.core.errors import UsageError

TEXT_OF_GZIP = "pipe it through zcat"
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
MAGIC: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"\x7fELF", "an ELF program", "pipe it through strings, or readelf -a"),
    (0, b"\x89PNG\r\n\x1a\n", "a PNG image", ""),
    (0, b"\xff\xd8\xff", "a JPEG image", ""),
    (0, b"GIF87a", "a GIF image", ""),
    (0, b"GIF89a", "a GIF image", ""),
    (8, b"WEBP", "a WebP image", ""),
    (8, b"WAVE", "a WAV sound", ""),
    (8, b"AVI ", "an AVI video", ""),
    (4, b"ftyp", "an MP4 video", ""),
    (0, b"OggS", "an Ogg sound", ""),
    (0, b"ID3", "an MP3 sound", ""),
    (0, b"fLaC", "a FLAC sound", ""),
    (0, b"\x1f\x8b", "gzip data", TEXT_OF_GZIP),
    (0, b"BZh", "bzip2 data", "pipe it through bzcat"),
    (0, b"\xfd7zXZ\0", "xz data", "pipe it through xzcat"),
    (0, b"\x28\xb5\x2f\xfd", "zstd data", "pipe it through zstdcat"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", "extract it first"),
    (0, b"Rar!\x1a\x07", "a RAR archive", "extract it first"),
    (0, b"PK\x03\x04", "a zip archive", "pipe a member of it: unzip -p FILE MEMBER"),
    (0, b"PK\x05\x06", "an empty zip archive", ""),
    (257, b"ustar", "a tar archive", "pipe its list through tar t, or a member through tar xO"),
    (0, b"%PDF-", "a PDF document", "pipe it through pdftotext - -"),
    (0, b"SQLite format 3\0", "an SQLite database", "pipe in what sqlite3 FILE .schema prints"),
    (0, b"PAR1", "parquet data", "convert it to CSV first"),
    (0, b"ARROW1", "arrow data", "convert it to CSV first"),
    (0, b"\x89HDF\r\n", "HDF5 data", "pipe in what h5dump -H prints"),
    (0, b"\x93NUMPY", "a NumPy array", ""),
    (0, b"GGUF", "a GGUF model", ""),
    (0, b"\0asm", "a WebAssembly module", ""),
    (0, b"MZ\x90\0", "a Windows program", ""),
    (0, b"\xca\xfe\xba\xbe", "a Java class or a macOS program", ""),
    (0, b"\xcf\xfa\xed\xfe", "a macOS program", ""),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document", "convert it to text first"),
    (0, b"!<arch>\n", "an ar archive", "pipe in what ar t prints"),
)


def refuse_binary(head: bytes) -> None:
    """Raises UsageError where input that begins like this is no text; UTF-16 is to be decoded before."""
    for offset, magic, name, mend in MAGIC:
        # A magic that is all of letters may begin a text, as in `ID3,value`.
        certain = offset == 0 and not magic.isalnum()
        if head.startswith(magic, offset) and (certain or CONTROL.search(head)):
            raise UsageError(f"stdin is {name}, and not text", mend)
    if b"\0" in head:
        raise UsageError("stdin is binary data, and not text", "pipe in text, such as what strings prints")
