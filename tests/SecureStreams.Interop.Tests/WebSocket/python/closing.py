# A WebSocket client of python3-websockets that ends connections, or gives the server a reason to: as ../node/closing.mjs, but that it cannot close without a code.
import asyncio
import json
import sys

import websockets


async def main():
    for at, step in enumerate(json.loads(sys.argv[2])):
        async with websockets.connect(sys.argv[1], subprotocols=["one"], compression=None, ping_interval=None) as socket:
            if "code" in step:
                await socket.close(step["code"], "bye")
            elif "raw" in step:
                socket.transport.write(bytes.fromhex(step["raw"]))
            else:
                await socket.send(step["text"])
            await socket.wait_closed()
        print(json.dumps({"event": "closed", "at": at, "code": socket.close_code, "reason": socket.close_reason}), flush=True)


asyncio.run(main())
