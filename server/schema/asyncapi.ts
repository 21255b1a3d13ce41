/** What goes over the socket, as an AsyncAPI 3.0 document. */
import { afterClose, closeCodes, formats, subprotocol } from '../core/protocol.ts';
import { about } from './about.ts';
import { refTo, toJsonSchemas, wireDefinitions, type Schemas } from './json-schema.ts';

const then = { 'stay-away': 'stay away', 'back-off': 'come back, with full jitter between 0.5 and 30 seconds', 'come-back': 'come back within the window of `bye`' };

/** Codes of RFC 6455 and its registry that a client may meet. */
export const standardCodes = [1000, 1001, 1002, 1003, 1006, 1007, 1008, 1009, 1011, 1012, 1013];

const closes = [...standardCodes, ...Object.values(closeCodes)].map((code) => `- ${code}: ${then[afterClose(code)]}`).join('\n');

const description = `How programs follow the stories of a newsroom as they change: one WebSocket, JSON text frames, a position to come back with.

Ask for the subprotocol \`${subprotocol}\`, or for none. Subscribe by the address or by messages; apply each \`diff\` whose \`from\` is your position of that story; compare \`hash\`; come back with your last position as \`after\`.
Diffs come in the format that was asked for, ${formats.join(', ')}; a server may send any diff as \`ops\` all the same. There may be more fields than are described here, and messages of other types: ignore what you do not know.

After a close with code

${closes}`;

const serverMessages = {
  hello: 'Hello', snapshot: 'Snapshot', diff: 'Diff', compactDiff: 'CompactDiff', patchDiff: 'PatchDiff', live: 'Live', ended: 'Ended', heartbeat: 'Heartbeat', error: 'Error', bye: 'Bye',
} as const satisfies Record<string, keyof typeof wireDefinitions>;
const clientMessages = { subscribe: 'Subscribe', unsubscribe: 'Unsubscribe' } as const satisfies Record<string, keyof typeof wireDefinitions>;
const messages = { ...serverMessages, ...clientMessages };

const query = {
  type: 'object',
  description: 'Subscribes at once.',
  properties: {
    story: { type: 'string', description: 'The slug of a story, or `*`: every published story.' },
    after: { $ref: refTo('Position') },
    format: { type: 'string', enum: [...formats], default: 'ops' },
  },
};
const headers = { type: 'object', properties: { 'Sec-WebSocket-Protocol': { type: 'string', const: subprotocol } } };

const mapped = <T extends object, V>(all: T, make: (name: string, schema: string) => V): Record<string, V> => Object.fromEntries(Object.entries(all).map(([name, schema]) => [name, make(name, String(schema))]));
const inChannel = (all: object) => Object.keys(all).map((name) => ({ $ref: `#/channels/live/messages/${name}` }));

let made: Schemas | undefined;

/** The document; `/api/asyncapi.json` serves it. `origin` is where it was asked for: `https://news.example`. */
export const asyncApi = (origin: string) => {
  const { host, hostname, protocol } = new URL(origin);
  const schemas = (made ??= toJsonSchemas(wireDefinitions, 'draft-07'));
  return {
    asyncapi: '3.1.0',
    info: { ...about, title: 'Stop Press: the socket', description, contact: { ...about.contact, url: origin, email: `webmaster@${hostname}` }, tags: [{ name: 'stories', description: 'Stories that change while they are read.' }] },
    defaultContentType: 'application/json',
    servers: { here: { host, protocol: protocol === 'https:' ? 'wss' : 'ws', description: 'Where this document comes from.' } },
    channels: {
      live: {
        address: '/live',
        description: 'The socket.',
        servers: [{ $ref: '#/servers/here' }],
        messages: mapped(messages, (name) => ({ $ref: `#/components/messages/${name}` })),
        bindings: { ws: { method: 'GET', query, headers, bindingVersion: '0.1.0' } },
      },
    },
    operations: {
      tell: { action: 'send', channel: { $ref: '#/channels/live' }, summary: 'What the server tells.', description: 'First `hello`; then what was subscribed to.', messages: inChannel(serverMessages) },
      ask: { action: 'receive', channel: { $ref: '#/channels/live' }, summary: 'What a client asks.', description: 'At any time, and as often as `hello.limits` allow.', messages: inChannel(clientMessages) },
    },
    components: {
      messages: mapped(messages, (name, schema) => ({ name, title: name, summary: schemas[schema]?.description ?? name, contentType: 'application/json', payload: { $ref: refTo(schema) } })),
      schemas,
    },
  };
};
