// Decompresses the payloads of compressed messages with zlib: a line of JSON in, { bits, takeover, payloads: [base64] }, a line with what comes out, { messages: [base64] }.
// zlib refuses a reference that goes further back than its window.
import { createInterface } from 'node:readline';
import { constants, createInflateRaw } from 'node:zlib';

const tail = Buffer.from([0, 0, 0xff, 0xff]);

async function inflate(inflater, payload) {
  const parts = [];
  const collect = part => parts.push(part);
  inflater.on('data', collect);
  await new Promise((resolve, reject) => {
    inflater.once('error', reject);
    inflater.write(payload);
    inflater.write(tail);
    inflater.flush(constants.Z_SYNC_FLUSH, resolve);
  });
  inflater.off('data', collect);
  return Buffer.concat(parts).toString('base64');
}

for await (const line of createInterface({ input: process.stdin })) {
  const { bits, takeover, payloads } = JSON.parse(line);
  const make = () => createInflateRaw({ windowBits: bits });
  const messages = [];
  try {
    let inflater = make();
    for (const payload of payloads) {
      messages.push(await inflate(inflater, Buffer.from(payload, 'base64')));
      if (!takeover) inflater = make();
    }
    console.log(JSON.stringify({ event: 'messages', messages }));
  } catch (error) {
    console.log(JSON.stringify({ event: 'messages', messages, error: error.message }));
  }
}
