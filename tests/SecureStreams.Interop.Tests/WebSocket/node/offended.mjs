// A WebSocket client of Node's ws that meets servers which break the protocol: it opens URL0, URL1 and so on one after the other, and receives until each ends. Its arguments are the url and how many.
import { WebSocket } from 'ws';

const say = (event, fields) => console.log(JSON.stringify({ event, ...fields }));
const [url, count] = process.argv.slice(2);

for (let at = 0; at < Number(count); at++) {
  await new Promise(resolve => {
    const socket = new WebSocket(`${url}${at}`, { perMessageDeflate: false });
    socket.on('error', error => say('error', { at, code: error.code ?? '', message: error.message }));
    socket.on('close', (code, reason) => {
      say('close', { at, code, reason: reason.toString() });
      resolve();
    });
  });
}
