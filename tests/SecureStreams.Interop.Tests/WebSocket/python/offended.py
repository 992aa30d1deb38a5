# A WebSocket client of python3-websockets that meets servers which break the protocol: as ../node/offended.mjs.
import asyncio
import json
import sys

import websockets


async def main():
    for at in range(int(sys.argv[2])):
        async with websockets.connect(f"{sys.argv[1]}{at}", compression=None, ping_interval=None) as socket:
            try:
                while True:
                    await socket.recv()
            except websockets.ConnectionClosed:
                pass
        print(json.dumps({"event": "close", "at": at, "code": socket.close_code, "reason": socket.close_reason}), flush=True)


asyncio.run(main())
