/** What HTTP answers, and what is posted to webhooks, as an OpenAPI 3.1 document. */
import { about } from './about.ts';
import { addresses, tags, type Address } from './addresses.ts';
import { httpDefinitions, toJsonSchemas } from './json-schema.ts';
import { askedParameters, pathParameters } from './parameters.ts';
import { headers, optionsResponsesOf, responses, responsesOf } from './responses.ts';
import { webhooks } from './webhooks.ts';

const description = `How programs read the stories of a newsroom as they are and as they were, and follow them as they change. The socket, which is the best way to follow, is described by \`/api/asyncapi.json\`.

Every address also answers HEAD, as GET without the body, and OPTIONS; any other method is answered 405 with \`Allow\`. An address with a slash at its end is redirected to the one without.
Answers that change are asked for again by \`ETag\`; those of revisions and of diffs never change. Pages of other origins may read along where the operator lets them: then answers bear \`Access-Control-Allow-Origin\`.
Answers may have more fields than are described here, and problems other codes: ignore what you do not know.`;

const parameter = (name: string) => ({ $ref: `#/components/parameters/${name}` });

const pathItem = (address: Address) => {
  const { path, id, tag, summary, asks = [], fails = [] } = address;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const operation = (suffix: string, what: string, answers: object) => ({
    operationId: id + suffix,
    tags: [tag],
    summary,
    description: `${address.description ?? `${summary}.`}${what}`,
    ...(fails.includes('forbidden') && { security: [{}, { editorToken: [] }] }),
    responses: answers,
  });
  return {
    parameters: [...inPath, ...asks].map(parameter),
    get: operation('', '', responsesOf(address)),
    head: operation('Headers', ' HEAD: the headers of that answer.', responsesOf(address)),
    options: operation('Methods', ' OPTIONS: what can be done at this address.', optionsResponsesOf(address)),
  };
};

/** The document; `/api/openapi.json` serves it. */
export const openApi = () => ({
  openapi: '3.1.0',
  info: { ...about, title: 'Stop Press: the addresses', description },
  servers: [{ url: '/', description: 'Where this document comes from.' }],
  security: [],
  tags: Object.entries(tags).map(([name, meaning]) => ({ name, description: meaning })),
  paths: Object.fromEntries(addresses.map((address) => [address.path, pathItem(address)])),
  webhooks,
  components: {
    securitySchemes: { editorToken: { type: 'http', scheme: 'bearer', description: 'The token of `--editor-token`. None is needed on the machine of the server.' } },
    headers,
    parameters: { ...pathParameters, ...askedParameters },
    responses,
    schemas: { ...toJsonSchemas(httpDefinitions, 'draft-2020-12'), Document: { type: 'object', description: 'A document for tools.' } },
  },
});
