/** A request that nobody has sent, answered to nobody: so that an answer is made by the very code that would make it for a reader. */
import { IncomingMessage, ServerResponse, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Resolves when the request has been answered, with whatever status. `begun` is given the response before anything has happened to it. */
export const askAgain = (listener: RequestListener, { url, headers }: { url: string; headers: IncomingHttpHeaders }, begun: (response: ServerResponse) => void): Promise<void> =>
  new Promise((resolve) => {
    const wire = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() }) as Socket; // as much of one as node:http and express ask for
    const request = Object.assign(new IncomingMessage(wire), { method: 'GET', url, headers, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 });
    const response = new ServerResponse(request);
    response.assignSocket(wire);
    response.once('close', resolve).once('finish', resolve);
    begun(response);
    listener(request, response);
  });
