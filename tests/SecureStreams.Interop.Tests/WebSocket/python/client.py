# A WebSocket client of python3-websockets: as ../node/client.mjs.
import asyncio
import json
import sys

import websockets


async def parts(socket, message, count, pongs):
    size = max(1, -(-len(message) // count))
    for at in range(0, max(1, len(message)), size):
        yield message[at:at + size]
        pongs.append(await socket.ping(str(len(pongs))))


async def main():
    options = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    fragments = options.get("fragments", 1)
    pongs = []
    compression = "deflate" if options.get("deflate") else None
    async with websockets.connect(sys.argv[1], subprotocols=["one"], compression=compression, max_size=None, ping_interval=None) as socket:
        for length in [0, 1, 125, 126, 127, 65535, 65536, 1 << 20]:
            for message in ["x" * length, bytes(at & 255 for at in range(length))]:
                await socket.send(message if fragments == 1 else parts(socket, message, fragments, pongs))
                if await socket.recv() != message:
                    raise ValueError(f"a message of {length} came back changed")
                await asyncio.gather(*pongs)
        await socket.close(4002, "done")
        print(json.dumps({
            "event": "done", "code": socket.close_code, "reason": socket.close_reason, "protocol": socket.subprotocol or "", "deflate": len(socket.extensions) > 0, "pongs": len(pongs),
        }), flush=True)


asyncio.run(main())
