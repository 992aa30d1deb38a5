// A WebSocket client of Node's ws: sends messages of every form of length, waits for each to come back as it was, closes with 4002. Its argument is the url.
import { WebSocket } from 'ws';

const lengths = [0, 1, 125, 126, 127, 65535, 65536, 1 << 20];
const messages = lengths.flatMap(length => [Buffer.alloc(length, 'x').toString(), Buffer.from(Uint8Array.from({ length }, (_, at) => at & 255))]);
const say = (event, fields) => console.log(JSON.stringify({ event, ...fields }));

const socket = new WebSocket(process.argv[2], ['one'], { perMessageDeflate: false });
let at = 0;
const next = () => (at < messages.length ? socket.send(messages[at]) : socket.close(4002, 'done'));
socket.on('open', next);
socket.on('message', (data, binary) => {
  if (binary === (typeof messages[at] === 'string') || !data.equals(Buffer.from(messages[at]))) throw new Error(`message ${at} came back changed`);
  at++;
  next();
});
socket.on('close', (code, reason) => say('done', { code, reason: reason.toString(), protocol: socket.protocol }));
socket.on('error', error => say('error', { message: error.message }));
