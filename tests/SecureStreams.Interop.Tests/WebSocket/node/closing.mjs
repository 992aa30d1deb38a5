// A WebSocket client of Node's ws that ends connections, or gives the server a reason to, one after the other, and says what close frame came. Its first argument is the url, the second an array in JSON, of
//
//   { "code": N }      closes with that; 0: without a code
//   { "text": TEXT }   sends that, and waits for the end
//   { "raw": HEX }     sends these bytes under the frames, and waits for the end
import { WebSocket } from 'ws';

const say = (event, fields) => console.log(JSON.stringify({ event, ...fields }));

for (const [at, step] of JSON.parse(process.argv[3]).entries()) {
  await new Promise(resolve => {
    const socket = new WebSocket(process.argv[2], ['one'], { perMessageDeflate: false });
    socket.on('open', () => {
      if (step.code === 0) socket.close();
      else if (step.code) socket.close(step.code, 'bye');
      else if (step.raw) socket._socket.write(Buffer.from(step.raw, 'hex'));
      else socket.send(step.text);
    });
    socket.on('error', error => say('error', { at, message: error.message }));
    socket.on('close', (code, reason) => {
      say('closed', { at, code, reason: reason.toString() });
      resolve();
    });
  });
}
