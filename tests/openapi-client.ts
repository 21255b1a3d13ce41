/** What a program can do with nothing but the OpenAPI document: find the operation of an address, and judge an answer by it. */
import type { Schemas } from '../server/schema/json-schema.ts';
import type { Answer } from './http-fixture.ts';
import { createValidators, type FaultIn } from './json-schemas.ts';

type Ref = { $ref: string };
type Header = { required?: boolean; schema: object };
type Content = Record<string, { schema: object }>;
type Response = { headers?: Record<string, Header | Ref>; content?: Content };
type Operation = { responses: Record<string, Response | Ref> };
type PathItem = { parameters?: (Parameter | Ref)[] } & Partial<Record<string, Operation | (Parameter | Ref)[]>>;
export type Parameter = { name: string; in: 'path' | 'query' | 'header'; schema: object };
export type Document = { paths: Record<string, PathItem>; components: { schemas: Schemas } };

/** Headers that any answer may bear: of the connection, of the content as such, and of `helmet`. */
const everywhere = new Set(
  `accept-ranges connection content-length content-type date keep-alive last-modified transfer-encoding vary content-security-policy cross-origin-resource-policy referrer-policy x-content-type-options
  x-dns-prefetch-control x-download-options x-frame-options x-permitted-cross-domain-policies x-xss-protection access-control-allow-origin access-control-expose-headers link etag stop-press-position x-accel-buffering`.split(/\s+/),
);

export const createOpenApiClient = (document: Document) => {
  const compile = createValidators(document.components.schemas, { strict: true });
  const compiled = new Map<string, FaultIn>();
  const faultIn = (schema: object, value: unknown): string | undefined => {
    const key = JSON.stringify(schema);
    const validate = compiled.get(key) ?? compile(schema);
    compiled.set(key, validate);
    return validate(value);
  };

  const resolve = <T extends object>(value: T | Ref): T => {
    if (!('$ref' in value)) return value;
    return value.$ref.slice(2).split('/').reduce<unknown>((at, part) => Object(at)[part], document) as T; // the linters have proved that it is there
  };

  const isPart = (path: string) => new RegExp(`^${path.replaceAll(/[.]/g, '\\.').replaceAll(/\{(?:story|file)\}/g, '.+').replaceAll(/\{\w+\}/g, '[^/]+')}$`, 's');
  const literals = (path: string): number => path.replaceAll(/\{\w+\}/g, '').length;
  const routes = Object.keys(document.paths).map((path) => ({ path, pattern: isPart(path) })).toSorted((a, b) => literals(b.path) - literals(a.path));

  const faultInHeaders = ({ headers = {} }: Response, answer: Answer): string | undefined => {
    const documented = Object.entries(headers).map(([name, header]) => ({ name: name.toLowerCase(), header: resolve(header) }));
    for (const { name, header } of documented) {
      const value = answer.headers[name];
      if (value === undefined && header.required) return `has no header ${name}`;
      const fault = value === undefined ? undefined : faultIn(header.schema, /^\d+$/.test(String(value)) ? Number(value) : value);
      if (fault !== undefined) return `header ${name}: ${fault}`;
    }
    const unknown = Object.keys(answer.headers).find((name) => !everywhere.has(name) && !documented.some((each) => each.name === name));
    return unknown === undefined ? undefined : `bears the undocumented header ${unknown}`;
  };

  const faultInBody = ({ content }: Response, method: string, { headers, body }: Answer): string | undefined => {
    if (!content) return body === '' ? undefined : 'has a body';
    const type = headers['content-type']?.split(';')[0];
    if (type === undefined) return body === '' ? undefined : 'has a body without a content type';
    const media = content[type] ?? content[type.replace(/\/.*/, '/*')];
    if (!media) return `is of the undocumented type ${type}`;
    if (method === 'HEAD') return body === '' ? undefined : 'has a body';
    return faultIn(media.schema, type.endsWith('json') ? JSON.parse(body) : body);
  };

  return {
    paths: document.paths,
    parametersOf: (path: string): Parameter[] => (document.paths[path]?.parameters ?? []).map(resolve),

    /** The path of the document that an address belongs to: the one that says most of it. */
    find: (address: string): string | undefined => routes.find(({ pattern }) => pattern.test(address.split('?')[0] ?? ''))?.path,

    /** What of an answer the document does not say, or nothing. */
    faultIn: (path: string, method: string, answer: Answer): string | undefined => {
      const operation = document.paths[path]?.[method.toLowerCase()];
      if (!operation || Array.isArray(operation)) return 'has no such method';
      const { [String(answer.status)]: response } = operation.responses;
      if (!response) return `has the undocumented status ${answer.status}`;
      return faultInHeaders(resolve(response), answer) ?? faultInBody(resolve(response), method, answer);
    },
  };
};
