/** What is posted to the receivers of webhooks, as a part of the OpenAPI document. */
import { refTo } from './json-schema.ts';

const header = (name: string, description: string) => ({ name, in: 'header', required: true, description, schema: { type: 'string' } });

const parameters = [
  header('webhook-id', 'The same for each attempt, and for no other event.'),
  header('webhook-timestamp', 'When this attempt was made: seconds since 1970. Refuse what is older than five minutes.'),
  header('webhook-signature', '`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body` with the bytes of the secret; one for each secret, by spaces.'),
];

const responses = {
  '2XX': { description: 'Taken: the next one follows.' },
  '410': { description: 'Nothing more is told, until an operator retries; then it gets what it missed.' },
  '4XX': { description: 'Not taken: it comes again, later each time, and is parked at last. `Retry-After` is honoured.' },
  '5XX': { description: 'As with 4XX.' },
};

const webhook = (operationId: string, summary: string, description: string, schema: 'StoryEvent' | 'TestEvent') => ({
  post: {
    operationId,
    tags: ['webhooks'],
    summary,
    description,
    parameters,
    requestBody: { required: true, content: { 'application/json': { schema: { $ref: refTo(schema) } } } },
    responses,
  },
});

const order = 'One at a time and in order for each webhook. It may come twice: `webhook-id` tells.';

export const webhooks = {
  'story.revised': webhook('storyRevised', 'A story was revised', `${order} \`message\` is a \`diff\`, or a \`snapshot\` where nothing leads from what was told last.`, 'StoryEvent'),
  'story.withdrawn': webhook('storyWithdrawn', 'A story was withdrawn', `${order} Do not show it any longer.`, 'StoryEvent'),
  'story.moved': webhook('storyMoved', 'A story goes on under another slug', order, 'StoryEvent'),
  'webhook.test': webhook('webhookTest', 'An operator tests the way', 'Sent by `stop-press webhooks test`.', 'TestEvent'),
};
