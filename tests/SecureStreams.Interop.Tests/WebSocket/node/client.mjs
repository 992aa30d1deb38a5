// A WebSocket client of Node's ws: sends messages of every form of length, waits for each to come back as it was, closes with 4002. Its first argument is the url; the second says how, in JSON:
//
//   fragments   so many at least for each message that has as many bytes, with a ping between any two, each of which must be answered before the next message
//   deflate     true: asks for permessage-deflate, and compresses everything
import { WebSocket } from 'ws';

const lengths = [0, 1, 125, 126, 127, 65535, 65536, 1 << 20];
const messages = lengths.flatMap(length => [Buffer.alloc(length, 'x').toString(), Buffer.from(Uint8Array.from({ length }, (_, at) => at & 255))]);
const say = (event, fields) => console.log(JSON.stringify({ event, ...fields }));
const { fragments = 1, deflate = false } = JSON.parse(process.argv[3] ?? '{}');

const socket = new WebSocket(process.argv[2], ['one'], { perMessageDeflate: deflate && { threshold: 0 } });
let at = 0, back = false, pings = 0, pongs = 0;

function send(message) {
  const data = Buffer.from(message);
  const size = Math.max(1, Math.ceil(data.length / fragments));
  for (let from = 0; from === 0 || from < data.length; from += size) {
    const fin = from + size >= data.length;
    socket.send(data.subarray(from, from + size), { binary: typeof message !== 'string', fin });
    if (!fin) socket.ping(String(pings++));
  }
}

function next() {
  back = false;
  if (at < messages.length) send(messages[at]);
  else socket.close(4002, 'done');
}

function step() {
  if (!back || pongs < pings) return;
  at++;
  next();
}

socket.on('open', next);
socket.on('message', (data, binary) => {
  if (binary === (typeof messages[at] === 'string') || !data.equals(Buffer.from(messages[at]))) throw new Error(`message ${at} came back changed`);
  back = true;
  step();
});
socket.on('pong', data => {
  if (data.toString() !== String(pongs++)) throw new Error(`pong ${data} is not the next`);
  step();
});
socket.on('close', (code, reason) => say('done', { code, reason: reason.toString(), protocol: socket.protocol, deflate: socket.extensions.includes('permessage-deflate'), pongs }));
socket.on('error', error => say('error', { message: error.message }));
