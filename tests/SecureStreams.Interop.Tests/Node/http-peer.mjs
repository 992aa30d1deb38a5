// A server of node's own HTTP stacks: what nginx and nghttpd do not do (1xx, trailers on HTTP/1.1, multipart answers, GOAWAY, resets with a code).
// Arguments: protocol (h1, h2, h2c), port, key, certificate.
import http from 'node:http';
import http2 from 'node:http2';
import fs from 'node:fs';

const [protocol, port, key, cert] = process.argv.slice(2);

const sessions = []; // Those that asked for /goaway, in that order.

function answer(request, response) {
    const path = request.url.split('?')[0];
    if (path === '/trailers') {
        response.writeHead(200, { 'x-head': '1', ...(protocol === 'h1' ? { trailer: 'x-sum' } : {}) });
        response.write('body');
        response.addTrailers({ 'x-sum': '7' });
        response.end();
    } else if (path === '/hints') {
        if (protocol === 'h1') response.writeEarlyHints({ link: '</x>; rel=preload' });
        else response.stream.additionalHeaders({ ':status': 103, link: '</x>; rel=preload' });
        response.writeHead(200, { 'x-head': 'final' });
        response.end('final');
    } else if (path === '/parts') {
        response.writeHead(200, { 'content-type': 'multipart/related; boundary="----=_part (1)"' });
        const text = '------=_part (1)\r\ncontent-type: application/json\r\n\r\n{"a":1}\r\n------=_part (1)\r\ncontent-type: audio/x\r\ncontent-id: <s>\r\n\r\n' + 'x'.repeat(100000) + '\r\n------=_part (1)--\r\n';
        let at = 0;
        (function more() {
            if (at >= text.length) return response.end();
            response.write(text.slice(at, at += 777), more);
        })();
    } else if (path === '/goaway') {
        const session = request.stream.session;
        if (!sessions.includes(session)) sessions.push(session);
        response.writeHead(200, { 'x-session': sessions.indexOf(session) + 1 });
        response.end('last');
        session.goaway(0);
    } else if (path === '/reset') {
        request.stream.close(Number(request.url.split('=')[1]));
    } else {
        const pieces = [];
        request.on('data', piece => pieces.push(piece));
        request.on('end', () => response.end(request.method + ' ' + path + ' ' + (request.headers.cookie ?? '') + ' ' + Buffer.concat(pieces).length));
    }
}

const server = protocol === 'h1' ? http.createServer(answer)
    : protocol === 'h2c' ? http2.createServer(answer)
    : http2.createSecureServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) }, answer);
server.listen(Number(port), '127.0.0.1');
