"""A program that answers every GET after 100 ms with the name in its path, and `/never…` not at all.

Prints its port first. In a process of its own, so that it does not share the interpreter with who asks.
"""

from __future__ import annotations

import asyncio

DELAY = 0.1


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    name = (await reader.readuntil(b"\r\n\r\n")).split()[1].lstrip(b"/")
    if name.startswith(b"never"):
        await reader.read()  # until the other side gives up
    else:
        await asyncio.sleep(DELAY)
        head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(name)
        writer.write(head + name)
        await writer.drain()
    writer.close()


async def _serve() -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
