// aedes, a broker of MQTT 3.1.1, on a free port and over WebSocket on another. It refuses subscriptions to closed/#. Each thing worth knowing is a line of JSON on the standard output.
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import { WebSocketServer, createWebSocketStream } from 'ws';

const say = (event, fields) => console.log(JSON.stringify({ event, ...fields }));

const broker = await Aedes.createBroker();
broker.authorizeSubscribe = (client, subscription, done) => done(null, subscription.topic.startsWith('closed/') ? null : subscription);
broker.on('client', client => say('client', { id: client.id, clean: client.clean, version: client.version }));
broker.on('clientDisconnect', client => say('gone', { id: client.id }));
broker.on('clientError', (client, error) => say('clientError', { id: client.id, message: error.message }));
broker.on('connectionError', (client, error) => say('connectionError', { message: error.message }));
broker.on('subscribe', (subscriptions, client) => say('subscribe', { id: client.id, subscriptions: subscriptions.map(({ topic, qos }) => ({ topic, qos })) }));
broker.on('publish', (packet, client) => {
  if (client) say('publish', { id: client.id, topic: packet.topic, qos: packet.qos, retain: packet.retain, length: packet.payload.length });
});

const server = createServer(broker.handle);
const http = createHttpServer();
new WebSocketServer({ server: http, handleProtocols: protocols => (protocols.has('mqtt') ? 'mqtt' : false) })
  .on('connection', (socket, request) => broker.handle(createWebSocketStream(socket), request));
await Promise.all([server, http].map(one => new Promise(resolve => one.listen(0, '127.0.0.1', resolve))));
say('listening', { port: server.address().port, wsPort: http.address().port });
