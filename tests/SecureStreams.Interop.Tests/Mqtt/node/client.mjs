// A client of Node's mqtt. Orders are lines of JSON on the standard input, each with a number; what comes of them, and what is received, are lines on the standard output.
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import mqtt from 'mqtt';

const say = (event, fields) => console.log(JSON.stringify({ event, ...fields }));
const longest = 65536;
let client;

const orders = {
  async connect({ port, id, version, clean }) {
    client = mqtt.connect({ host: '127.0.0.1', port, clientId: id, protocolVersion: version, clean, reconnectPeriod: 0, properties: version === 5 && !clean ? { sessionExpiryInterval: 600 } : undefined });
    client.on('message', (topic, payload, packet) => say('message', {
      topic, qos: packet.qos, retain: packet.retain, dup: packet.dup, length: payload.length, sha256: createHash('sha256').update(payload).digest('hex'),
      ...(payload.length <= longest && { base64: payload.toString('base64') }),
    }));
    client.on('close', () => say('closed'));
    await new Promise((resolve, reject) => client.once('connect', resolve).once('error', reject));
    return ['connected', {}];
  },

  async subscribe({ filter, qos }) {
    const [{ qos: granted }] = await client.subscribeAsync(filter, { qos });
    return ['subscribed', { granted }];
  },

  async publish({ topic, qos, retain, base64, length }) {
    const payload = base64 === undefined ? Buffer.from(Uint8Array.from({ length }, (_, at) => at * 31 + (at >> 8) & 255)) : Buffer.from(base64, 'base64');
    await client.publishAsync(topic, payload, { qos, retain });
    return ['published', {}];
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  const [event, fields] = await orders[order.do](order);
  say(event, { number: order.number, ...fields });
}
client?.end(true);
