# A WebSocket server of python3-websockets. The path of a connection says what it does, and its query how, as in ../node/server.mjs; permessage-deflate has ports of its own. Events are lines of JSON.
#
#   /echo                      sends every message back as it came
#   /fragments?size=N          sends every message back in fragments of N bytes
#   /close?code=N&reason=TEXT  closes with that at the first message
#   /raw?hex=HEX               writes these bytes under the frames at the first message
#   /refuse?status=N&body=TEXT does not upgrade
import asyncio
import http
import json
import sys
from urllib.parse import parse_qs, urlsplit

import websockets
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory


def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


def query(path):
    return {name: values[0] for name, values in parse_qs(urlsplit(path).query, keep_blank_values=True).items()}


async def serve(socket):
    path = urlsplit(socket.path).path
    options = query(socket.path)
    identity = options.get("id", "")
    say("open", id=identity, path=path, protocol=socket.subprotocol or "", extensions=[repr(one) for one in socket.extensions])
    try:
        async for message in socket:
            binary = not isinstance(message, str)
            say("message", id=identity, binary=binary, length=len(message))
            if path.endswith("/echo"):
                await socket.send(message)
            elif path.endswith("/fragments"):
                size = int(options["size"])
                await socket.send([message[at:at + size] for at in range(0, max(1, len(message)), size)])
            elif path.endswith("/close"):
                await socket.close(int(options["code"]), options.get("reason", ""))
            elif path.endswith("/raw"):
                socket.transport.write(bytes.fromhex(options["hex"]))
    except websockets.ConnectionClosed:
        pass
    say("close", id=identity, code=socket.close_code, reason=socket.close_reason)


async def refuse(path, headers):
    if urlsplit(path).path == "/refuse":
        options = query(path)
        return http.HTTPStatus(int(options["status"])), [("Content-Type", "text/plain")], options.get("body", "").encode()
    return None


async def main():
    # One server for each way to deflate, and one with a bound on messages: this library decides by server, not by path.
    ports = {}
    for name, extensions, most in [
        ("plain", None, None),
        ("bounded", None, 1 << 20),
        ("deflate", [ServerPerMessageDeflateFactory()], None),
        ("deflate9", [ServerPerMessageDeflateFactory(server_max_window_bits=9, client_max_window_bits=9)], None),
        ("anew", [ServerPerMessageDeflateFactory(server_no_context_takeover=True, client_no_context_takeover=True)], None),
    ]:
        server = await websockets.serve(
            serve, "127.0.0.1", 0, subprotocols=["one", "two"], compression=None, extensions=extensions, process_request=refuse, max_size=most, ping_interval=None)
        ports[name] = server.sockets[0].getsockname()[1]
    say("listening", ports=ports)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
