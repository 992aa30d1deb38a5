# A WebSocket client of python3-websockets: as ../node/client.mjs.
import asyncio
import json
import sys

import websockets


async def main():
    async with websockets.connect(sys.argv[1], subprotocols=["one"], compression=None, max_size=None, ping_interval=None) as socket:
        for length in [0, 1, 125, 126, 127, 65535, 65536, 1 << 20]:
            for message in ["x" * length, bytes(at & 255 for at in range(length))]:
                await socket.send(message)
                if await socket.recv() != message:
                    raise ValueError(f"a message of {length} came back changed")
        await socket.close(4002, "done")
        print(json.dumps({"event": "done", "code": socket.close_code, "reason": socket.close_reason, "protocol": socket.subprotocol or ""}), flush=True)


asyncio.run(main())
