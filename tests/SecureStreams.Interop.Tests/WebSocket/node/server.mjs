// A WebSocket server of Node's ws. The path of a connection says what it does, and its query how; each thing worth knowing is a line of JSON on the standard output.
//
//   /echo                           sends every message back as it came
//   /fragments?size=N               sends every message back in fragments of N bytes, with a ping between them
//   /close?code=N&reason=TEXT       closes with that at the first message; without a code, with an empty close frame
//   /terminate                      cuts the connection at the first message
//   /raw?hex=HEX                    writes these bytes under the frames at the first message
//   /ping?count=N                   pings so often and says what comes back
//   /mute                           answers no ping
//   /stall                          reads nothing
//   /refuse?status=N&body=TEXT      does not upgrade
//
// ?id=TEXT marks the lines of a connection; ?protocol=NAME answers with that subprotocol, ?protocol= with none; ?deflate=JSON sets permessage-deflate's options.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const say = (event, fields) => console.log(JSON.stringify({ event, ...fields }));
const query = request => new URL(request.url, 'http://localhost').searchParams;
const path = request => new URL(request.url, 'http://localhost').pathname;

function sendInFragments(socket, data, binary, size) {
  for (let at = 0; at === 0 || at < data.length; at += size) {
    socket.send(data.subarray(at, at + size), { binary, fin: at + size >= data.length });
    socket.ping(String(at));
  }
}

function serve(socket, request) {
  const options = query(request);
  const id = options.get('id') ?? '';
  say('open', { id, path: path(request), protocol: socket.protocol, extensions: socket.extensions, headers: request.headers });
  socket.on('error', error => say('error', { id, code: error.code ?? '', message: error.message }));
  socket.on('close', (code, reason) => say('close', { id, code, reason: reason.toString() }));
  socket.on('pong', data => say('pong', { id, text: data.toString() }));
  if (path(request) === '/stall') request.socket.pause();
  for (let count = Number(options.get('count') ?? 0); count > 0; count--) socket.ping(String(count));
  socket.on('message', (data, binary) => {
    say('message', { id, binary, length: data.length });
    switch (path(request)) {
      case '/echo': socket.send(data, { binary }); break;
      case '/mute': socket.send(data, { binary }); break;
      case '/fragments': sendInFragments(socket, data, binary, Number(options.get('size'))); break;
      case '/close': options.has('code') ? socket.close(Number(options.get('code')), options.get('reason') ?? '') : socket.close(); break;
      case '/terminate': socket.terminate(); break;
      case '/raw': request.socket.write(Buffer.from(options.get('hex'), 'hex')); break;
    }
  });
}

const server = createServer((request, response) => response.writeHead(426).end('only WebSocket is spoken here'));
server.on('upgrade', (request, socket, head) => {
  const options = query(request);
  if (path(request) === '/refuse') {
    const body = options.get('body') ?? '';
    const retry = options.has('after') ? `Retry-After: ${options.get('after')}\r\n` : '';
    socket.end(`HTTP/1.1 ${options.get('status')} Refused\r\n${retry}Content-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    return;
  }

  const upgrader = new WebSocketServer({
    noServer: true,
    autoPong: path(request) !== '/mute',
    maxPayload: Number(options.get('max') ?? 0),
    perMessageDeflate: options.has('deflate') ? JSON.parse(options.get('deflate')) : false,
    handleProtocols: options.has('protocol') ? () => options.get('protocol') || false : undefined,
  });
  upgrader.on('wsClientError', error => say('refused', { message: error.message }));
  upgrader.handleUpgrade(request, socket, head, accepted => serve(accepted, request));
});
server.listen(0, '127.0.0.1', () => say('listening', { port: server.address().port }));
